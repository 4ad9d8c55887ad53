"""Commands of an operator: ``flask --app wsgi quiz …``. Each parses, calls a service, and prints."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import gettext

from question_bank.readers.bank_folder import read_bank_folder
from question_bank.readers.report import ImportProblem
from quiz_app.cli_operations import register_operations
from quiz_app.clock import read_now
from quiz_app.domain.audit import ChainFault, read_chain_end
from quiz_app.domain.people import normalise_login
from quiz_app.domain.roles import LoginTaken, UnknownAccount
from quiz_app.services.attempts import close_overdue
from quiz_app.services.audit_chain import check_chain
from quiz_app.services.definitions import load_bank, load_contest, read_definition
from quiz_app.services.definitions.forms import FormFinder, find_shipped_form
from quiz_app.services.job_running import give_up_jobs, run_next_job
from quiz_app.services.letters.sending import send_due
from quiz_app.services.list_signatures import rotate_keys
from quiz_app.services.results import finalise_round, recompute_results
from quiz_app.services.roles import make_administrator

BANKS_FOLDER = Path(__file__).resolve().parent.parent / "question_bank" / "banks"

quiz = AppGroup("quiz", help="Run the contest engine.")


def register(app: Flask) -> None:
    """Attach the commands."""
    register_operations(quiz)
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


@quiz.command("rotate-keys")
def rotate_keys_command() -> None:
    """Add a key that signs lists from now on; lists under older keys stay provable."""
    rotate_keys(now=read_now())
    click.echo(gettext("Lists are signed with a new key from now on; older lists stay provable."))


@quiz.command("run-jobs")
def run_jobs_command() -> None:
    """Carry out the jobs that wait until there is none left."""
    count = 0
    context, storage = current_app.app_context, current_app.extensions["storage"]
    while run_next_job(storage=storage, make_context=context, read_now=read_now):
        count += 1
    give_up_jobs(now=read_now())
    click.echo(gettext("%(count)s jobs carried out.", count=count))


@quiz.command("send-letters")
def send_letters_command() -> None:
    """Send the letters that are due, until there is none or the pace says to wait; status 1 if none can be sent."""
    settings = current_app.extensions["settings"].mail
    if settings is None:
        click.echo(gettext("No mail server is set: SMTP_HOST and MAIL_FROM are needed."), err=True)
        sys.exit(1)
    report = send_due(settings=settings, read_now=read_now)
    click.echo(
        gettext(
            "%(sent)s letters sent, %(put_off)s put off, %(failed)s failed, %(uncertain)s uncertain.",
            sent=report.sent,
            put_off=report.put_off,
            failed=report.failed,
            uncertain=report.uncertain,
        )
    )
    if report.trouble is not None:
        click.echo(gettext("The mail server takes no letters: %(trouble)s", trouble=report.trouble), err=True)
        sys.exit(1)


@quiz.command("verify-audit")
@click.option("--expect", metavar="NUMBER:HASH", help="What an earlier check told to note down.")
def verify_audit_command(expect: str | None) -> None:
    """Check that no entry of the audit trail was altered, removed or moved; status 1 if one was."""
    try:
        expected = read_chain_end(expect) if expect else None
    except ValueError:
        click.echo(gettext("--expect takes NUMBER:HASH as an earlier check has printed it."), err=True)
        sys.exit(2)
    report = check_chain(expected=expected)
    if report.problem is not None:
        words = {
            ChainFault.REMOVED: gettext("Entry %(number)s is missing.", number=report.problem.number),
            ChainFault.ALTERED: gettext(
                "Entry %(number)s (id %(id)s) was altered, or is not in its place.",
                number=report.problem.number, id=report.problem.entry_id,
            ),
            ChainFault.CUT_OFF: gettext("The end is missing, from entry %(number)s on.", number=report.problem.number),
            ChainFault.REPLACED: gettext(
                "Entry %(number)s is another than the one that was noted down.", number=report.problem.number
            ),
        }  # fmt: skip
        click.echo(words[report.problem.fault], err=True)
        click.echo(gettext("Up to entry %(number)s the trail fits.", number=report.end.number), err=True)
        sys.exit(1)
    click.echo(gettext("The trail is whole: %(count)s entries.", count=report.end.number))
    click.echo(gettext("Note this down elsewhere, for --expect: %(end)s", end=str(report.end)))


@quiz.command("create-admin")
@click.option("--login", prompt="Tên đăng nhập", help="The name for signing in.")
@click.option("--name", help="The person's name, for a new account.")
@click.option("--reset", is_flag=True, help="Give an account that is there the role and a new password.")
def create_admin_command(login: str, name: str | None, reset: bool) -> None:
    """Make an administrator, and print a one-time password that must be changed at the first sign-in."""
    if not normalise_login(login):
        click.echo(gettext("The account name is empty."), err=True)
        sys.exit(1)
    if not name and not reset:
        name = click.prompt("Họ và tên")
    try:
        password = make_administrator(login=login, name=(name or login).strip(), resets=reset, now=read_now())
    except LoginTaken:
        click.echo(
            gettext("Another account is called so. Use --reset to give it the role and a new password."), err=True
        )
        sys.exit(1)
    except UnknownAccount:
        click.echo(gettext("This account is closed. An administrator can open it again."), err=True)
        sys.exit(1)
    click.echo(gettext("Account: %(login)s", login=normalise_login(login)))
    click.echo(gettext("One-time password, to be changed at the first sign-in: %(password)s", password=password))


def load_contest_file(file: Path) -> None:
    """Load the file and its bank, and say what was done. Exits with status 1 and the list of problems when it is
    wrong.
    """
    now = read_now()
    report = read_definition(file.read_bytes(), now=now, find_form=_find_form_for(file))
    if report.definition is None:
        _stop_with_problems([(file.name, problem) for problem in report.problems])
        return
    name = report.definition.bank_name
    bank_code = None
    if name is not None:
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


def _find_form_for(file: Path) -> FormFinder:
    """Forms that ship, and those in the folder of the contest file."""

    def find(name: str) -> bytes | None:
        path = file.parent / f"{name}.yaml"
        shipped = find_shipped_form(name)
        return path.read_bytes() if shipped is None and path.parent == file.parent and path.is_file() else shipped

    return find


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
