"""What leaves the judging: every sheet of every entry as a workbook, and a judge's sheets as a paper."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from quiz_app.domain.judging.judgements import FIRST_STAGE
from quiz_app.exports.sheets import SheetColumn, make_workbook
from quiz_app.services.judging import overview
from quiz_app.web.entry_words import describe_category
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judging_forms import send_workbook
from quiz_app.web.judging_papers import answer_paper
from quiz_app.web.judging_words import describe_flag, describe_standard_score
from quiz_app.web.language import get_language
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_points


@bp.get("/initiatives/<int:round_id>/judging/matrix.xlsx")
def download_matrix(round_id: int) -> Response:
    """Every sheet of every entry."""
    matrix = overview.export_matrix(organiser=get_current_person(), round_id=round_id, now=get_now())
    content = make_workbook(gettext("Score matrix"), list_matrix_columns(matrix), list_matrix_rows(matrix))
    return send_workbook(content, gettext("score matrix %(code)s", code=matrix.round.code))


@bp.get("/initiatives/<int:round_id>/judging/judges/<int:account_id>/sheet")
def download_judge_paper(round_id: int, account_id: int) -> Response:
    """What a judge has confirmed in round 1, to be signed by hand: as pdf, or as Word with ``?format=docx``."""
    suffix = request.args.get("format", "pdf")
    return answer_paper(round_id=round_id, judge_id=account_id, stage=FIRST_STAGE, suffix=suffix)


def list_matrix_columns(matrix: overview.ScoreMatrix) -> list[SheetColumn]:
    """The headings: the entry, then each judge's total, then what follows from them."""
    heads = [
        gettext("Number"), gettext("Code"), gettext("Name of the initiative"), gettext("Category"), gettext("Unit"),
    ]  # fmt: skip
    tail = [
        gettext("Mean of “%(title)s”", title=criterion.title) for criterion in matrix.rules.rubric
    ] + [
        gettext("Final mark"), gettext("Difference"), gettext("Standard score"), gettext("Place in the category"),
        gettext("Remarks"),
    ]  # fmt: skip
    return [SheetColumn(text) for text in [*heads, *(judge.name for judge in matrix.judges), *tail]]


def list_matrix_rows(matrix: overview.ScoreMatrix) -> list[list[str]]:
    """A row for each entry, by number. A total that does not count stands in brackets."""
    language = get_language()
    rows = []
    for standing in matrix.standings:
        entry, final = standing.entry, standing.final
        totals = {sheet.judge_id: sheet for sheet in standing.sheets if sheet.total is not None}
        cells = []
        for judge in matrix.judges:
            sheet = totals.get(judge.id)
            text = "" if sheet is None or sheet.total is None else format_points(sheet.total, language)
            cells.append(f"({text})" if sheet is not None and not sheet.state.is_active else text)
        means = [
            "" if final is None else format_points(final.find_criterion_mean(criterion.code), language)
            for criterion in matrix.rules.rubric
        ]
        rows.append(
            [
                str(entry.number),
                entry.blind_code,
                entry.title,
                describe_category(entry.category, matrix.round),
                entry.unit_name,
                *cells,
                *means,
                "" if final is None else format_points(final.hundredths, language),
                "" if final is None else format_points(final.spread, language),
                describe_standard_score(matrix.standard_scores.get(entry.id)),
                str(matrix.places.get(entry.id, "")),
                "; ".join(describe_flag(flag) for flag in standing.flags),
            ]
        )
    return rows
