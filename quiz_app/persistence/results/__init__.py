"""Results: the best attempt of each person and round, what is told of a round in figures, and rankings."""

from quiz_app.persistence.results.best import (
    BestResult,
    FinishedAttempt,
    KeptResult,
    count_open,
    delete_results,
    keep_best,
    list_finished,
    list_kept,
    renew_best,
    replace_results,
    to_best_result,
)
from quiz_app.persistence.results.figures import (
    UNIT_FIGURES,
    UNIT_LINES,
    RoundFigures,
    UnitLine,
    list_unit_figures,
    read_figures,
    to_unit_line,
)
from quiz_app.persistence.results.rankings import (
    RankingLine,
    count_better,
    list_ranking,
)
from quiz_app.persistence.results.table import (
    DbResult,
    results_table,
)

__all__ = [
    "BestResult",
    "FinishedAttempt",
    "KeptResult",
    "count_open",
    "delete_results",
    "keep_best",
    "list_finished",
    "list_kept",
    "renew_best",
    "replace_results",
    "to_best_result",
    "UNIT_FIGURES",
    "UNIT_LINES",
    "RoundFigures",
    "UnitLine",
    "list_unit_figures",
    "read_figures",
    "to_unit_line",
    "RankingLine",
    "count_better",
    "list_ranking",
    "DbResult",
    "results_table",
]
