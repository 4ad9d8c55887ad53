"""The settings of a round as JSON can hold them, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import Level
from quiz_app.domain.contests import (
    AttemptRegime,
    PredictionSubject,
    RankCriterion,
    RegimeKind,
    Reveal,
    RoundSettings,
    UnitRankingRule,
)
from quiz_app.domain.people import Role


def settings_to_mapping(settings: RoundSettings) -> dict[str, Any]:
    """The settings as JSON can hold them."""
    return {
        "blueprint": [[cell.topic, cell.level and str(cell.level), cell.count] for cell in settings.blueprint.cells],
        "time_limit_seconds": settings.time_limit_seconds,
        "regime": [str(settings.regime.kind), settings.regime.limit],
        "pause_seconds": settings.pause_seconds,
        "scale_hundredths": settings.scale_hundredths,
        "cut_score_hundredths": settings.cut_score_hundredths,
        "rank_order": [str(criterion) for criterion in settings.rank_order],
        "reveal_after_attempt": str(settings.reveal_after_attempt),
        "reveal_after_close": str(settings.reveal_after_close),
        "prediction": settings.prediction and str(settings.prediction),
        "is_ranked": settings.is_ranked,
        "is_ranking_public": settings.is_ranking_public,
        "shows_provisional_ranking": settings.shows_provisional_ranking,
        "transport_grace_seconds": settings.transport_grace_seconds,
        "gives_certificate": settings.gives_certificate,
        "reveal_during_attempt": settings.reveal_during_attempt,
        "unit_ranking": asdict(settings.unit_ranking),
        "prize_places": settings.prize_places,
        "excluded_roles": sorted(str(role) for role in settings.excluded_roles),
    }


def settings_from_mapping(stored: dict[str, Any]) -> RoundSettings:
    """The settings from their stored form."""
    return RoundSettings(
        blueprint=ExamBlueprint(
            tuple(
                BlueprintCell(topic, Level(level) if level else None, count)
                for topic, level, count in stored["blueprint"]
            )
        ),
        time_limit_seconds=stored["time_limit_seconds"],
        regime=AttemptRegime(RegimeKind(stored["regime"][0]), stored["regime"][1]),
        pause_seconds=stored["pause_seconds"],
        scale_hundredths=stored["scale_hundredths"],
        cut_score_hundredths=stored["cut_score_hundredths"],
        rank_order=tuple(RankCriterion(word) for word in stored["rank_order"]),
        reveal_after_attempt=Reveal(stored["reveal_after_attempt"]),
        reveal_after_close=Reveal(stored["reveal_after_close"]),
        prediction=PredictionSubject(stored["prediction"]) if stored["prediction"] else None,
        is_ranked=stored["is_ranked"],
        is_ranking_public=stored["is_ranking_public"],
        shows_provisional_ranking=stored["shows_provisional_ranking"],
        transport_grace_seconds=stored["transport_grace_seconds"],
        # Rounds stored before there were certificates or practice do not say.
        gives_certificate=stored.get("gives_certificate", False),
        reveal_during_attempt=stored.get("reveal_during_attempt", False),
        unit_ranking=UnitRankingRule(**stored.get("unit_ranking", {})),
        prize_places=stored.get("prize_places", 10),
        excluded_roles=frozenset(Role(word) for word in stored["excluded_roles"]),
    )
