"""What stands in the database and should not, and what should have been done by now."""

from __future__ import annotations

from datetime import datetime, timedelta

from quiz_app.config import Settings
from quiz_app.domain.diagnosis import Finding, Level, judge
from quiz_app.passwords import is_password_right
from quiz_app.persistence import diagnosis
from quiz_app.persistence.session import reading

DEMONSTRATION_LOGINS = ("thisinh", "canbo", "phutrach", "bantochuc", "giamkhao", "giamkhao2", "lanhdaoso", "quantri")
DEMONSTRATION_PASSWORD = "dung-thu-2026"  # noqa: S105 - it stands in README, which is why it is looked for
LONGEST_QUEUE = timedelta(minutes=10)


def examine_contest(settings: Settings, now: datetime) -> list[Finding]:
    """Accounts that everybody knows, and whether the background work goes on."""
    with reading() as work:
        hashes = diagnosis.find_password_hashes(work, DEMONSTRATION_LOGINS)
        demonstrations = diagnosis.count_demonstrations(work)
        administrators = diagnosis.count_administrators(work)
        waiting = diagnosis.read_waiting(work, now)
    known = sorted(login for login, hash_ in hashes.items() if is_password_right(DEMONSTRATION_PASSWORD, hash_))
    return [
        judge(
            "demonstration accounts",
            is_right=not known,
            said=f"{', '.join(known)} can sign in with the password of README" if known else "none",
            remedy="Begin the contest on an empty database with DEMONSTRATION=no, or close these accounts.",
        ),
        judge(
            "demonstration contests",
            is_right=demonstrations == 0,
            said=str(demonstrations),
            remedy="Begin the contest on an empty database with DEMONSTRATION=no.",
            level=Level.WARNING,
        ),
        judge(
            "administrators",
            is_right=administrators > 0,
            said=str(administrators),
            remedy="Make one: flask --app wsgi quiz create-admin",
            level=Level.WARNING,
        ),
        _examine_sweeper(settings, waiting, now),
        _examine_queue(waiting, now),
    ]


def _examine_sweeper(settings: Settings, waiting: diagnosis.Waiting, now: datetime) -> Finding:
    name = "closing of attempts"
    if waiting.overdue_since is None:
        return Finding(Level.OK, name, f"none is overdue, {waiting.open_attempts} in progress")
    late = now - waiting.overdue_since
    return judge(
        name,
        is_right=late <= timedelta(seconds=max(30, 6 * settings.sweep_seconds)),
        said=f"the oldest overdue attempt has waited {late.total_seconds():.0f} s",
        remedy="Start the server (with SWEEP_SECONDS above 0), or run: flask --app wsgi quiz close-overdue",
    )


def _examine_queue(waiting: diagnosis.Waiting, now: datetime) -> Finding:
    if waiting.queued_since is None:
        return Finding(Level.OK, "background jobs", "none waits")
    late = now - waiting.queued_since
    return judge(
        "background jobs",
        is_right=late <= LONGEST_QUEUE,
        said=f"{waiting.queued_jobs} wait, the oldest for {late.total_seconds():.0f} s",
        remedy="Start the server (with JOB_WORKERS=1), or run: flask --app wsgi quiz run-jobs",
        level=Level.WARNING,
    )
