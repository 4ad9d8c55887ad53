"""The bars of past scores: where they stand, how tall they are, which are filled."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from question_bank.blueprint import ExamBlueprint
from quiz_app.domain.contests import AttemptRegime, RankCriterion, RegimeKind, Reveal, RoundSettings
from quiz_app.web.score_bars import draw_bars

SETTINGS = RoundSettings(
    blueprint=ExamBlueprint(()),
    time_limit_seconds=300,
    regime=AttemptRegime(RegimeKind.UNLIMITED),
    pause_seconds=0,
    scale_hundredths=1000,
    cut_score_hundredths=600,
    rank_order=(RankCriterion.SCORE,),
    reveal_after_attempt=Reveal.TOPICS,
    reveal_after_close=Reveal.TOPICS,
)


@dataclass(frozen=True)
class Line:
    score_hundredths: int


def _draw(*scores: int, settings: RoundSettings = SETTINGS) -> list[dict[str, str]]:
    lines = [Line(score) for score in scores]
    drawn = draw_bars(lines, settings, left=10, step=16, inset=2, width=12, base=100, height=90)
    return [dict(re.findall(r'(\w+)="([^"]*)"', bar)) for bar in re.findall(r"<rect [^>]*/>", drawn)]


def test_bars_stand_side_by_side_on_their_base_as_tall_as_their_scores() -> None:
    first, second = _draw(1000, 500)
    assert (first["x"], first["y"], first["width"], first["height"]) == ("12.5", "10.0", "11", "90.0")
    assert (second["x"], second["y"], second["height"]) == ("28.5", "55.0", "45.0")


def test_a_bar_is_filled_from_the_cut_score_on() -> None:
    assert [bar["fill"] for bar in _draw(599, 600, 601)] == ["#ffffff", "#a6192e", "#a6192e"]


def test_no_points_are_still_seen_and_a_scale_of_nothing_is_drawn() -> None:
    assert _draw(0)[0]["height"] == "1.5"
    assert _draw(0, settings=replace(SETTINGS, scale_hundredths=0))[0]["height"] == "1.5"
    assert _draw() == []
