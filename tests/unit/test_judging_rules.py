"""Marks, final marks, places and assignments: rules on values, with figures computed by hand."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz_app.domain.initiatives.rounds import Appraisal
from quiz_app.domain.judging.aggregating import (
    ConfirmedSheet,
    FinalMark,
    Shortcoming,
    aggregate,
    find_shortcomings,
    find_standard_score,
    find_strictness,
    is_disagreement,
)
from quiz_app.domain.judging.assigning import Need, Plan, choose_least_busy, plan_assignments
from quiz_app.domain.judging.blinding import Blinder
from quiz_app.domain.judging.conflicts import ConflictRules, JudgedEntry
from quiz_app.domain.judging.judgements import SheetIncomplete
from quiz_app.domain.judging.marks import (
    ensure_complete_sheet,
    find_mark,
    find_sheet_problems,
    read_sheet,
    sum_marks,
)
from quiz_app.domain.judging.ranking import BY_HAND_IN, BY_MARK, Candidate, propose_shortlist, rank_candidates
from quiz_app.domain.judging.rubrics import Averaging, Band, Criterion, JudgingRules, Rubric
from quiz_app.domain.units import Unit, UnitTree
from tests.factories import MIDDLE

NOVELTY = Criterion(
    "novelty", "Tính mới", 6000, remark_below_hundredths=3000,
    bands=(Band(0, "Không mới"), Band(3000, "Cải tiến"), Band(5000, "Hoàn toàn mới")),
)  # fmt: skip
EFFECT = Criterion("effect", "Hiệu quả", 4000, weight=2, step_hundredths=25)
RUBRIC = Rubric("Phiếu chấm", (NOVELTY, EFFECT))


def make_rules(**changes: Any) -> JudgingRules:
    return JudgingRules(RUBRIC, **changes)


def make_sheet(judge_id: int, total: int, **marks: int) -> ConfirmedSheet:
    return ConfirmedSheet(judge_id, total, marks or {"novelty": total, "effect": 100})


# --- a sheet ---


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("8,5", 850), ("8.5", 850), ("8", 800), ("0", 0), ("60", 6000), ("8,25", 825), ("8,255", None), ("-1", None),
        ("tám", None), ("1e2", None), ("8,", None), (",5", None), ("٣", None), ("99999", None), ("8 ", None),
    ],
)  # fmt: skip
def test_marks_are_numbers_with_two_decimals_at_most(text: str, mark: int | None) -> None:
    assert find_mark(text) == mark


def test_a_draft_keeps_what_can_be_kept_and_tells_the_rest() -> None:
    typed = {"novelty": "60,5", "effect": "12,25", "unknown": "5"}
    read = read_sheet(RUBRIC, typed, {"novelty": " Tốt\r\n\x07", "unknown": "x"}, "", stored={"novelty": 100})
    assert (read.marks, read.remarks) == ({"novelty": 100, "effect": 1225}, {"novelty": "Tốt"})
    assert [(each.criterion, each.values) for each in read.problems] == [("novelty", {"most": 6000})]
    read = read_sheet(RUBRIC, {"novelty": "59,75", "effect": " "}, {}, "", stored={"effect": 25})
    assert read.marks == {}, "an emptied mark is taken away, one off the step is not kept"
    assert [each.values for each in read.problems] == [{"step": 50}]


def test_what_a_confirmed_sheet_needs() -> None:
    assert [each.criterion for each in find_sheet_problems(RUBRIC, {}, {})] == ["novelty", "effect"]
    assert find_sheet_problems(RUBRIC, {"novelty": 3000, "effect": 0}, {}) == []
    assert [each.criterion for each in find_sheet_problems(RUBRIC, {"novelty": 2950, "effect": 0}, {})] == ["novelty"]
    ensure_complete_sheet(RUBRIC, {"novelty": 2950, "effect": 0}, {"novelty": "Đã có nơi làm"})
    with pytest.raises(SheetIncomplete):
        ensure_complete_sheet(RUBRIC, {"novelty": 6050, "effect": 0}, {})
    assert sum_marks(RUBRIC, {"novelty": 3000, "effect": 4000}) == 11000
    assert RUBRIC.maximum_hundredths == 14000


# --- the final mark ---


def get_final(totals: list[int], **changes: Any) -> FinalMark:
    final = aggregate([make_sheet(number, total) for number, total in enumerate(totals, 1)], make_rules(**changes))
    assert final is not None
    return final


@pytest.mark.parametrize(
    ("totals", "changes", "exact", "shown"),
    [
        ([8000], {}, Fraction(8000), 8000),
        ([8000, 8050, 8050], {}, Fraction(24100, 3), 8033),
        ([8000, 9000], {"averaging": Averaging.MEDIAN}, Fraction(8500), 8500),
        ([7001, 9000, 8000, 7000], {"averaging": Averaging.MEDIAN}, Fraction(15001, 2), 7500),
        ([9000, 1000, 8000], {"averaging": Averaging.MEDIAN}, Fraction(8000), 8000),
        # Three: nothing is trimmed. Four: 1000 and 9000 fall out. Two equal extremes: one of each.
        ([9000, 1000, 8000], {"trims_extremes": True}, Fraction(6000), 6000),
        ([9000, 1000, 8000, 7000], {"trims_extremes": True}, Fraction(7500), 7500),
        ([9000, 9000, 1000, 1000], {"trims_extremes": True}, Fraction(5000), 5000),
        ([10, 20, 30, 40, 100], {"trims_extremes": True, "averaging": Averaging.MEDIAN}, Fraction(30), 30),
    ],
)  # fmt: skip
def test_final_marks(totals: list[int], changes: dict[str, Any], exact: Fraction, shown: int) -> None:
    final = get_final(totals, **changes)
    assert (Fraction(final.numerator, final.denominator), final.hundredths) == (exact, shown)
    assert (final.lowest, final.highest, final.spread) == (min(totals), max(totals), max(totals) - min(totals))


def test_no_sheet_gives_no_mark() -> None:
    assert aggregate([], make_rules()) is None
    assert find_shortcomings(None, make_rules()) == (Shortcoming.TOO_FEW_SHEETS,)


def test_trimmed_sheets_take_their_criteria_with_them() -> None:
    sheets = [make_sheet(1, 1000, novelty=0), make_sheet(2, 5000, novelty=40), make_sheet(3, 6000, novelty=50),
              make_sheet(4, 9000, novelty=99)]  # fmt: skip
    final = aggregate(sheets, make_rules(trims_extremes=True))
    assert final is not None
    assert (final.sheet_count, final.kept_count, final.criterion_sums) == (4, 2, {"novelty": 90})
    assert final.find_criterion_mean("novelty") == 45
    assert final.find_criterion_mean("effect") == 0


def test_the_pass_mark_is_compared_exactly() -> None:
    rules = {"judges_per_entry": 3, "pass_mark_hundredths": 5000}
    assert find_shortcomings(get_final([4999, 5000, 5000]), make_rules(**rules)) == (Shortcoming.TOO_LOW,)
    assert find_shortcomings(get_final([5000, 5000, 5000]), make_rules(**rules)) == ()
    assert find_shortcomings(get_final([9000, 9000]), make_rules(**rules)) == (Shortcoming.TOO_FEW_SHEETS,)


def test_a_mean_of_zero_in_a_criterion() -> None:
    rules = make_rules(judges_per_entry=1, refuses_zero=True)
    zero = aggregate([make_sheet(1, 6000, novelty=6000, effect=0)], rules)
    assert find_shortcomings(zero, rules) == (Shortcoming.ZERO_IN_CRITERION,)
    one_saw_something = aggregate(
        [make_sheet(1, 6000, novelty=6000, effect=0), make_sheet(2, 6025, novelty=6000, effect=25)], rules
    )
    assert find_shortcomings(one_saw_something, rules) == ()


@pytest.mark.parametrize(("totals", "expected"), [([5000, 7000], False), ([5000, 7001], True), ([5000], False)])
def test_disagreement_begins_above_the_limit(totals: list[int], expected: bool) -> None:
    assert is_disagreement(get_final(totals), make_rules(disagreement_hundredths=2000)) is expected
    assert not is_disagreement(get_final(totals), make_rules())


def test_standard_scores_show_strictness() -> None:
    # Judge 1 gives 10 to 50 (mean 30, deviation sqrt(200)); judge 2 always 20 more.
    strict = [make_sheet(1, total) for total in (10, 20, 30, 40, 50)]
    mild = [make_sheet(2, sheet.total + 20) for sheet in strict]
    strictness = find_strictness([*strict, *mild, make_sheet(3, 5)])
    assert set(strictness) == {1, 2}
    assert find_standard_score([strict[4], mild[4]], strictness) == pytest.approx(20 / 200**0.5)
    assert find_standard_score([strict[4], make_sheet(3, 5)], strictness) is None
    assert find_strictness([make_sheet(1, 10)] * 9) == {}, "who gives everybody the same tells nothing"


# --- places ---


def make_candidate(entry_id: int, totals: list[int], *, category: str = "a", minutes: int = 0, short: bool = False,
                   **sums: int) -> Candidate:  # fmt: skip
    count = len(totals)
    final = FinalMark(sum(totals), count, sums, count, count, min(totals), max(totals))
    shortcomings = (Shortcoming.TOO_LOW,) if short else ()
    return Candidate(entry_id, category, final, MIDDLE + timedelta(minutes=minutes), shortcomings)


def rank(
    *candidates: Candidate, tie_breaks: tuple[str, ...] = ("effect", "novelty")
) -> list[tuple[int, int, str, bool]]:
    (lines,) = rank_candidates(candidates, tie_breaks).values()
    return [(each.candidate.entry_id, each.place, each.decided_by, each.is_shared) for each in lines]


def test_ties_go_by_named_criteria_then_by_the_hand_in() -> None:
    assert rank(
        make_candidate(1, [50, 50], effect=20, novelty=10, minutes=5),
        make_candidate(2, [50, 50], effect=20, novelty=30, minutes=9),
        make_candidate(3, [60, 60], effect=0),
        make_candidate(4, [50, 50], effect=22),
        make_candidate(5, [50, 50], effect=20, novelty=10, minutes=4),
    ) == [
        (3, 1, "", False),
        (4, 2, BY_MARK, False),
        (2, 3, "effect", False),
        (5, 4, "novelty", False),
        (1, 5, BY_HAND_IN, False),
    ]


def test_equal_in_everything_shares_a_place_and_the_next_is_that_many_lower() -> None:
    assert rank(*[make_candidate(number, [50]) for number in (7, 3)], make_candidate(1, [40])) == [
        (3, 1, "", True), (7, 1, "", True), (1, 3, BY_MARK, False),
    ]  # fmt: skip


def test_thirds_and_halves_are_compared_exactly() -> None:
    # 100/3 against 33.33 and 33.34: no rounding puts two of them level.
    order = rank(make_candidate(1, [33, 33, 34]), make_candidate(2, [33]), make_candidate(3, [33, 34]))
    assert [line[0] for line in order] == [3, 1, 2]
    # Criteria of different numbers of sheets: 20 of 2 is as much as 30 of 3.
    same = rank(make_candidate(1, [50, 50], effect=20), make_candidate(2, [50, 50, 50], effect=30, minutes=1))
    assert same[1] == (2, 2, BY_HAND_IN, False)


def test_the_shortlist_takes_in_who_shares_the_last_place_and_passes_over_the_unfit() -> None:
    ranking = rank_candidates(
        [
            make_candidate(1, [90], short=True), make_candidate(2, [80]), make_candidate(3, [70]),
            make_candidate(4, [70]), make_candidate(5, [60]), make_candidate(6, [10], category="b"),
        ],
        (),
    )  # fmt: skip
    assert propose_shortlist(ranking, 2) == {2, 3, 4, 6}
    assert propose_shortlist(ranking, 1) == {2, 6}
    assert propose_shortlist(ranking, 0) == frozenset()
    assert propose_shortlist({}, 3) == frozenset()


# --- assignment ---


def check_plan(plan: Plan, needs: list[Need], loads: dict[int, int], able: set[tuple[int, int]]) -> dict[int, int]:
    """Nobody in conflict, nobody twice, as many as needed unless said otherwise; the loads afterwards."""
    assert len(set(plan.given)) == len(plan.given)
    assert all((judge, entry) in able for entry, judge in plan.given)
    after = dict(loads)
    for need in needs:
        judges = [judge for entry, judge in plan.given if entry == need.entry_id]
        assert not set(judges) & need.taken
        free = [judge for judge in loads if (judge, need.entry_id) in able and judge not in need.taken]
        assert len(judges) == min(need.missing, len(free))
        assert plan.unfilled.get(need.entry_id, 0) == need.missing - len(judges)
        for judge in judges:
            after[judge] += 1
    return after


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_plans_never_break_a_rule(data: st.DataObject) -> None:
    judges = list(range(data.draw(st.integers(1, 8))))
    entries = range(100, 100 + data.draw(st.integers(0, 25)))
    loads = {judge: data.draw(st.integers(0, 5)) for judge in judges}
    able = {(judge, entry) for judge in judges for entry in entries if data.draw(st.integers(0, 3))}
    needs = [
        Need(entry, data.draw(st.integers(1, 4)), frozenset(data.draw(st.sets(st.sampled_from(judges), max_size=2))))
        for entry in entries
    ]
    seed = data.draw(st.integers(0, 10**9))
    plan = plan_assignments(needs, loads, lambda judge, entry: (judge, entry) in able, seed=seed)
    after = check_plan(plan, needs, loads, able)
    assert plan == plan_assignments(needs, loads, lambda judge, entry: (judge, entry) in able, seed=seed)
    # No single hand-over makes it more even.
    given_to = {need.entry_id: {judge for entry, judge in plan.given if entry == need.entry_id} for need in needs}
    for need in needs:
        for judge in given_to[need.entry_id]:
            for other in judges:
                if other not in given_to[need.entry_id] | need.taken and (other, need.entry_id) in able:
                    assert after[judge] <= after[other] + 1


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(0, 40), st.integers(1, 4), st.integers(0, 10**9))
def test_without_conflicts_loads_differ_by_one_at_most(
    judge_count: int, entry_count: int, wanted: int, seed: int
) -> None:
    loads = dict.fromkeys(range(judge_count), 0)
    needs = [Need(entry, wanted) for entry in range(entry_count)]
    able = {(judge, entry) for judge in loads for entry in range(entry_count)}
    after = check_plan(plan_assignments(needs, loads, lambda *_: True, seed=seed), needs, loads, able)
    assert max(after.values()) - min(after.values()) <= 1


def test_a_chain_of_hand_overs_levels_what_a_first_choice_cannot() -> None:
    # Judge 3 may have only entry 12, which judge 2 could take too; judge 1 may have 10 and 11.
    able = {(1, 10), (1, 11), (2, 10), (2, 11), (2, 12), (3, 12)}
    needs = [Need(entry, 1) for entry in (10, 11, 12)]
    for seed in range(20):
        plan = plan_assignments(needs, {1: 0, 2: 0, 3: 0}, lambda judge, entry: (judge, entry) in able, seed=seed)
        assert sorted(judge for _, judge in plan.given) == [1, 2, 3]


def test_the_least_busy() -> None:
    assert choose_least_busy([3, 2, 1], {3: 0, 2: 0, 1: 4}) == 2
    assert choose_least_busy([], {}) is None


# --- conflicts ---


def make_tree() -> UnitTree:
    """Two departments; the first with a school and a class below it, and another school."""
    parents = {1: None, 11: 1, 111: 11, 12: 1, 2: None, 21: 2}
    return UnitTree.of(
        Unit(key, f"U{key}", f"Đơn vị {key}", "school", parent_id=parent) for key, parent in parents.items()
    )


@pytest.mark.parametrize(
    ("judge_unit", "entry_unit", "expected"),
    [
        (11, 11, True),
        (1, 11, True),
        (111, 11, True),
        (12, 11, True),
        (21, 11, False),
        (2, 11, False),
        (None, 11, False),
    ],
)
def test_judges_do_not_judge_their_own_department(judge_unit: int | None, entry_unit: int, expected: bool) -> None:
    for appraisal in (Appraisal.TOP, Appraisal.NONE):
        rules = ConflictRules(make_tree(), appraisal)
        assert rules.is_conflict(5, judge_unit, JudgedEntry(1, 1, "a", entry_unit, created_by_id=9)) is expected


def test_declared_conflicts_and_own_entries() -> None:
    rules = ConflictRules(make_tree(), Appraisal.TOP, frozenset({(5, 1)}), frozenset({(6, 11)}))
    entry = JudgedEntry(1, 1, "a", 111, created_by_id=9)
    assert rules.is_conflict(5, 21, entry)
    assert rules.is_conflict(6, 21, entry), "units below the declared one"
    assert rules.is_conflict(9, 21, entry), "what the judge wrote"
    assert not rules.is_conflict(7, 21, entry)
    assert not rules.is_conflict(6, 21, JudgedEntry(2, 2, "a", 12, created_by_id=9))


# --- blind copies ---

BLINDER = Blinder(["Nguyễn Thị Hạnh", "An"], ["Trường THPT Trần Đề", "THPT-TD", "Sở Nội vụ"])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Cô NGUYEN THI  HANH dạy", "Cô […] dạy"),
        ("cô Thị Hạnh và thị hạnh", "cô […] và thị hạnh"),
        ("trường thpt\ntrần đề, THPT Tran-De (thpt-td)", "[…], […] ([…])"),
        ("an toàn; bạn An nói", "an toàn; bạn […] nói"),
        ("Nguyễn Thị Hạnhs", "Nguyễn Thị Hạnhs"),
        ("Sở  nội vụ: số hóa", "[…]: số hóa"),
        ("Nguyê\u0303n Thi\u0323 Ha\u0323nh", "[…]"),
        ("", ""),
    ],
)
def test_names_are_taken_out_whatever_their_accents_and_case(text: str, hidden: str) -> None:
    assert BLINDER.hide(text) == hidden


def test_nothing_to_hide() -> None:
    assert Blinder([], []).hide("Nguyễn Thị Hạnh") == "Nguyễn Thị Hạnh"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="nguyễthịạ ANđĐ.\n", max_size=60), st.text(alphabet="nguyễthịạ ANđĐ.\n", max_size=60))
def test_a_name_between_anything_is_hidden(before: str, after: str) -> None:
    hidden = BLINDER.hide(f"{before} nguyen thị HẠNH {after}")
    assert "HẠNH" not in hidden


def make_province() -> UnitTree:
    """A province above two departments, each with a school; and an office of its own."""
    parents = {1: None, 11: 1, 111: 11, 12: 1, 121: 12, 13: 1}
    kinds = {1: "province", 11: "department", 12: "department", 13: "office", 111: "school", 121: "school"}
    return UnitTree.of(
        Unit(key, f"U{key}", f"Đơn vị {key}", kinds[key], parent_id=parent) for key, parent in parents.items()
    )


@pytest.mark.parametrize(
    ("judge_unit", "entry_unit", "kinds", "expected"),
    [
        (121, 111, (), False),
        (12, 111, (), False),
        (11, 111, (), True),
        (1, 111, (), False),
        (1, 1, (), True),
        (13, 111, (), False),
        (11, 111, ("department",), True),
        (121, 111, ("department",), False),
        (11, 111, ("school",), False),
        (111, 111, ("school",), True),
        (121, 111, ("province",), True),
        (13, 1, ("province",), True),
    ],
)
def test_a_unit_above_all_others_keeps_nobody_from_judging(
    judge_unit: int, entry_unit: int, kinds: tuple[str, ...], expected: bool
) -> None:
    entry = JudgedEntry(1, 1, "a", entry_unit, created_by_id=9)
    for appraisal in Appraisal:
        rules = ConflictRules(make_province(), appraisal, kinds=kinds)
        assert rules.is_conflict(5, judge_unit, entry) is expected, appraisal
        declared = ConflictRules(make_province(), appraisal, declared_units=frozenset({(5, 1)}), kinds=kinds)
        assert declared.is_conflict(5, judge_unit, entry), "what is declared of the province is of all below it"
