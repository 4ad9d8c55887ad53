"""Commands of an operator: ``flask --app wsgi quiz …``. Each parses, calls a service, and prints."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext

from question_bank.readers.bank_folder import read_bank_folder
from question_bank.readers.report import ImportProblem
from quiz_app.clock import read_now
from quiz_app.services.attempts import close_overdue
from quiz_app.services.definitions import load_bank, load_contest, read_definition
from quiz_app.services.results import finalise_round, recompute_results

BANKS_FOLDER = Path(__file__).resolve().parent.parent / "question_bank" / "banks"

quiz = AppGroup("quiz", help="Run the contest engine.")


def register(app: Flask) -> None:
    """Attach the commands."""
    app.cli.add_command(quiz)


@quiz.command("load-bank")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def load_bank_command(folder: Path) -> None:
    """Load a bank folder; loading it again adds only what is new or changed."""
    load_bank_folder(folder)


@quiz.command("load-contest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_contest_command(file: Path) -> None:
    """Load a contest definition file with the bank that it names; nothing is stored if anything in it is wrong."""
    load_contest_file(file)


@quiz.command("close-overdue")
def close_overdue_command() -> None:
    """Close and score every attempt whose time is over."""
    click.echo(gettext("%(count)s attempts closed.", count=close_overdue(now=read_now())))


@quiz.command("finalise-round")
@click.argument("round_id", type=int)
def finalise_round_command(round_id: int) -> None:
    """After the close: fix the final order of a round."""
    done = finalise_round(round_id=round_id, now=read_now())
    click.echo(
        gettext("The round is final.") if done else gettext("Nothing to do: the round is open or already final.")
    )


@quiz.command("recompute-results")
@click.argument("round_id", type=int)
def recompute_results_command(round_id: int) -> None:
    """Compute the best results of a round anew from its attempts."""
    count = recompute_results(round_id=round_id, now=read_now(), actor_id=None)
    click.echo(gettext("Results of %(count)s people computed anew.", count=count))


def load_contest_file(file: Path) -> None:
    """Load the file and its bank, and say what was done. Exits with status 1 and the list of problems when it is
    wrong.
    """
    now = read_now()
    report = read_definition(file.read_bytes(), now=now)
    if report.definition is None:
        _stop_with_problems([(file.name, problem) for problem in report.problems])
        return
    name = report.definition.bank_name
    folder = BANKS_FOLDER / name if (BANKS_FOLDER / name / "bank.yaml").is_file() else file.parent / name
    bank_code = load_bank_folder(folder)
    loaded = load_contest(report.definition, bank_code=bank_code, now=now)
    title = report.definition.contest.title
    if not loaded.is_new:
        click.echo(gettext("“%(title)s” is loaded already; nothing was changed.", title=title))
        return
    click.echo(
        gettext(
            "“%(title)s” loaded: %(units)s units, %(people)s people.",
            title=title, units=loaded.units_added, people=loaded.people_added,
        )
    )  # fmt: skip
    for round_code, shortfall in loaded.shortfalls:
        click.echo(
            gettext(
                "Round %(round)s: the bank has %(available)s of %(needed)s items of topic %(topic)s, level %(level)s. "
                "Add items before the round opens.",
                round=round_code, available=shortfall.available, needed=shortfall.needed,
                topic=shortfall.topic or "*", level=shortfall.level or "*",
            ),
            err=True,
        )  # fmt: skip


def load_bank_folder(folder: Path) -> str:
    """Load the bank and say what was done; its code. Exits with status 1 and the list of problems when it is wrong."""
    report = read_bank_folder(folder)
    if report.bank is None:
        _stop_with_problems(list(report.problems))
        raise AssertionError("unreachable")
    loaded = load_bank(report.bank, now=read_now())
    click.echo(
        gettext(
            "Bank %(code)s: %(added)s items added, %(changed)s changed, %(unchanged)s unchanged.",
            code=report.bank.code, added=loaded.added, changed=loaded.changed, unchanged=loaded.unchanged,
        )
    )  # fmt: skip
    return report.bank.code


def _stop_with_problems(problems: list[tuple[str, ImportProblem]]) -> None:
    for file_name, problem in problems:
        message = gettext(problem.message, **problem.values)
        line = gettext(
            "%(file)s, line %(line)s, %(field)s: %(message)s",
            file=file_name,
            line=problem.place.number,
            field=problem.field,
            message=message,
        )
        click.echo(line, err=True)
    click.echo(gettext("Nothing was loaded."), err=True)
    sys.exit(1)
