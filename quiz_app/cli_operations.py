"""Commands for whoever runs the server: ``quiz backup``, ``quiz restore``, ``quiz doctor``, ``quiz retention``,
``quiz remove-orphans``, ``quiz scan-files``.

Their texts are English, as are the settings and programs that they speak of.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from quiz_app.clock import read_now
from quiz_app.config import ROOT, Settings
from quiz_app.domain.diagnosis import Level, find_worst
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.services.backups import CopyFailed, check_backup, make_backup, restore_backup
from quiz_app.services.doctor import examine
from quiz_app.services.entry_files.orphans import remove_orphans
from quiz_app.services.entry_files.scanning import scan_unscanned
from quiz_app.services.retention import apply_retention, plan_retention


def register_operations(group: AppGroup) -> None:
    """Attach the commands."""
    for command in (
        backup_command,
        check_backup_command,
        restore_command,
        doctor_command,
        retention_command,
        remove_orphans_command,
        scan_files_command,
    ):
        group.add_command(command)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup_command(file: Path) -> None:
    """Write database and files to FILE while the contest goes on, and read it back."""
    settings = _get_settings()
    try:
        manifest, digest = make_backup(
            path=file.absolute(),
            storage=current_app.extensions["storage"],
            secret_key=settings.secret_key,
            engine=read_version(),
            now=read_now(),
        )
    except (CopyFailed, StorageUnavailable, OSError) as error:
        _stop(error)
    files = len(manifest.members) - 1
    click.echo(f"{file}: {manifest.row_count} rows of {len(manifest.tables)} tables and {files} files, read back.")
    click.echo(f"SHA-256 without the seal, to be noted elsewhere: {digest}")
    click.echo("SECRET_KEY is not in it: keep that in another place, or signed lists and one-time codes no longer fit.")


@click.command("check-backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def check_backup_command(file: Path) -> None:
    """Read FILE from end to end and say what is in it; nothing is changed."""
    try:
        with check_backup(file.absolute()) as checked:
            manifest, digest = checked.manifest, checked.digest
    except (CopyFailed, OSError) as error:
        _stop(error)
    click.echo(f"Whole. Made {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, {manifest.database}, {manifest.row_count} rows.")
    click.echo(f"Migration {manifest.migration}, SHA-256 without the seal: {digest}")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lose what the database holds now.")
@with_appcontext
def restore_command(file: Path, replace: bool) -> None:
    """Put FILE back into the empty database that DATABASE_URL names. Stop the web servers first."""
    try:
        manifest = restore_backup(path=file.absolute(), storage=current_app.extensions["storage"], replaces=replace)
    except (CopyFailed, StorageUnavailable, OSError) as error:
        _stop(error)
    click.echo(f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {manifest.row_count} rows, all as they were.")
    if manifest.key_mark != KeyedHashes(_get_settings().secret_key).key_mark:
        click.echo(
            "SECRET_KEY is not the one of the backup: set that one before the start, or one-time codes, citizens' "
            "numbers and signed lists no longer fit.",
            err=True,
        )


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Look for what would lose an answer or let somebody in; ends with 0 (all right), 1 (warnings) or 2 (faults)."""
    settings, storage = _get_settings(), current_app.extensions["storage"]
    findings = examine(settings=settings, storage=storage, read_now=read_now)
    for finding in findings:
        click.echo(f"{finding.level.name.lower():8} {finding.name}: {finding.said}")
        if finding.level is not Level.OK:
            click.echo(f"{'':8} → {finding.remedy}")
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    click.echo(f"{counts[Level.OK]} in order, {counts[Level.WARNING]} warnings, {counts[Level.FAULT]} faults.")
    sys.exit(find_worst(findings))


@click.command("retention")
@click.option("--apply", "is_applied", is_flag=True, help="Mask them; without it only counts are shown.")
@click.option("--with-files", is_flag=True, help="Let the files of initiatives go too; remove-orphans deletes them.")
@with_appcontext
def retention_command(is_applied: bool, with_files: bool) -> None:
    """Mask the people of contests that ended more than RETENTION_DAYS ago; results stay as figures."""
    days, now = _get_settings().retention_days, read_now()
    if days is None:
        click.echo("RETENTION_DAYS is not set: nothing is ever masked.")
        return
    plan = plan_retention(days=days, now=now)
    if plan.due_at is not None and plan.due_at > now:
        click.echo(f"Nothing is due before {plan.due_at:%Y-%m-%d %H:%M} UTC, {days} days after the last round's end.")
        return
    due = apply_retention(days=days, now=now, lets_files_go=with_files) if is_applied else plan.due
    counts = (
        f"{due.people} people, {due.registrations} requests to join, {due.staff_lists} unconfirmed staff lists, "
        f"{due.entries} initiatives, {due.texts} letters and reasons"
    )
    click.echo(f"Masked: {counts}." if is_applied else f"To be masked: {counts}. Nothing was changed; say --apply.")
    files = plan.due.entry_files
    if files and not with_files:
        click.echo(f"{files} files of initiatives stay, with the names in them; --with-files lets them go.")
    elif files:
        click.echo(f"{files} files of initiatives {'were' if is_applied else 'are to be'} let go: remove-orphans.")


@click.command("remove-orphans")
@click.option("--apply", "is_applied", is_flag=True, help="Remove them; without it they are only named.")
@with_appcontext
def remove_orphans_command(is_applied: bool) -> None:
    """Remove contents of files that no initiative holds; name files whose content is gone. Ends with 1 if any is."""
    try:
        report = remove_orphans(storage=current_app.extensions["storage"], now=read_now(), applies=is_applied)
    except (StorageUnavailable, OSError) as error:
        _stop(error)
    for digest in report.removed:
        click.echo(f"{'removed' if is_applied else 'unused'} {digest}")
    for file in report.missing:
        click.echo(f"MISSING file {file.id} “{file.name}” of initiative {file.entry_id}: {file.digest}", err=True)
    done = "removed" if is_applied else "unused; nothing was changed, say --apply"
    size = report.removed_bytes / 1_000_000
    click.echo(f"{len(report.removed)} contents, {size:.1f} MB, {done}. {len(report.missing)} files are missing.")
    if report.missing:
        click.echo("Put missing contents back from a backup: quiz restore, or by hand under entries/.", err=True)
        sys.exit(1)


@click.command("scan-files")
@with_appcontext
def scan_files_command() -> None:
    """Scan files of initiatives that wait, and those attached before CLAMD was set. Ends with 1 if any could not be."""
    address = _get_settings().clamd
    if address is None:
        _stop(ValueError("CLAMD is not set: there is no scanner to ask."))
    try:
        asked, report = scan_unscanned(address=address, storage=current_app.extensions["storage"], read_now=read_now)
    except (StorageUnavailable, OSError) as error:
        _stop(error)
    click.echo(f"{asked} files had never been scanned. {report.scanned} contents scanned, {report.infected} infected.")
    if report.trouble is not None:
        click.echo(f"NOT ALL WERE SCANNED: {report.trouble}", err=True)
        sys.exit(1)


def read_version() -> str:
    """The release, from pyproject.toml."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(content["project"]["version"])


def _get_settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _stop(error: Exception) -> NoReturn:
    if isinstance(error, StorageUnavailable):
        click.echo(f"The database cannot be reached. Check DATABASE_URL. {error.__cause__ or ''}".strip(), err=True)
    else:
        click.echo(str(error), err=True)
    sys.exit(1)
