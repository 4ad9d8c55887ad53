"""Small blueprints and banks for property tests, and maximum matching as the independent judge of both."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from question_bank.blueprint import BlueprintCell, CrossingCells, ExamBlueprint
from question_bank.items import Level

TOPICS = ("a", "b")
KINDS = st.tuples(st.sampled_from(TOPICS), st.sampled_from(list(Level)))
STOCKS = st.lists(KINDS, max_size=12)
CELLS = st.builds(
    BlueprintCell,
    st.sampled_from([None, *TOPICS]),
    st.sampled_from([None, *Level]),
    st.integers(min_value=1, max_value=3),
)


@st.composite
def laminar_blueprints(draw: st.DrawFn) -> ExamBlueprint:
    """Blueprints of up to five cells: a drawn cell that would cross an earlier one is left out."""
    blueprint: ExamBlueprint | None = None
    for cell in draw(st.lists(CELLS, min_size=1, max_size=5)):
        try:
            blueprint = ExamBlueprint((*(blueprint.cells if blueprint else ()), cell))
        except CrossingCells:
            continue
    assert blueprint is not None
    return blueprint


def can_be_matched(blueprint: ExamBlueprint, kinds: Sequence[tuple[str, Level]]) -> bool:
    """Whether each place of the paper can have an item of its own that fits it (Kuhn's augmenting paths)."""
    places = [cell for cell in blueprint.cells for _ in range(cell.count)]
    taken_by: dict[int, int] = {}

    def find_item(place: int, tried: set[int]) -> bool:
        for number, (topic, level) in enumerate(kinds):
            if number in tried or not places[place].accepts(topic, level):
                continue
            tried.add(number)
            if number not in taken_by or find_item(taken_by[number], tried):
                taken_by[number] = place
                return True
        return False

    return all(find_item(place, set()) for place in range(len(places)))
