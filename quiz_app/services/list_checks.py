"""Checking what somebody holds, a code or a whole file, against the lists that were issued."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from question_bank.readers.opening import Package
from quiz_app.cache import Cache
from quiz_app.domain.certificates import (
    ALPHABET,
    LOOKUP_LIMIT,
    LOOKUP_WINDOW,
    TooManyLookups,
    normalise_code,
)
from quiz_app.domain.contests import Contest, Round
from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.issued_lists import IssuedList, is_signed
from quiz_app.domain.list_comparison import Finding, FindingKind, compare_lines
from quiz_app.domain.units import Unit
from quiz_app.persistence import certificates as certificates_store
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import issued_lists as lists_store
from quiz_app.persistence import score_lists as rows_store
from quiz_app.persistence.initiatives import rounds as initiative_rounds_store
from quiz_app.persistence.issued_lists import SignedList
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading
from quiz_app.services.issued_lists import digest_content
from quiz_app.services.judging.paper_states import read_paper_state
from quiz_app.services.judging.prize_certificates import check_prize
from quiz_app.services.list_signatures import derive_key
from quiz_app.services.score_lists.scopes import pick_contest, pick_round
from quiz_app.services.tables.sheets import Sheet
from quiz_app.services.tables.workbooks import open_sheets

UPLOAD_LIMIT = 30
"""Files that one address may have compared within ``LOOKUP_WINDOW``: each costs a second of work at most."""
MOST_SHEETS = 1000
_WORKBOOK = b"xl/workbook.xml"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_FORMAT_CODE = re.compile(r'formatCode="([^"]*)"')
_LITERAL_DIGIT = re.compile(r'"[^"]*\d[^"]*"|\\\d')
_CODE = re.compile(rf"\b(?:[{ALPHABET}]{{4}}-){{4}}[{ALPHABET}]{{4}}\b")


@dataclass(frozen=True, slots=True)
class ListCheck:
    """What anyone with the code is told. ``has_newer_results`` says that the list is no longer the latest state."""

    issued: IssuedList
    contest: Contest
    round: Round | InitiativeRound
    unit: Unit | None
    is_signature_good: bool
    has_newer_results: bool


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A file compared with one list of it. ``is_same`` is None where its rows cannot be read from such a file."""

    check: ListCheck
    sheet: str
    findings: tuple[Finding, ...]
    is_same: bool | None


def check_list(*, text: str, address: str, cache: Cache, secret_key: str) -> ListCheck | None:
    """What the list with this code is; None where it is the code of a certificate, which has a page of its own.

    Raises NotFound, or TooManyLookups as ``check_certificate`` does.
    """
    code = normalise_code(text)
    if code is None:
        raise NotFound
    ensure_may_look_up(cache, address)
    with reading() as work:
        signed = lists_store.find_list(work, code)
        if signed is not None:
            return _describe(work, signed, secret_key)
        if certificates_store.find_record_by_code(work, code) is not None or check_prize(work, code) is not None:
            return None
    _count_unknown(cache, address)
    raise NotFound


def check_file(
    *, content: bytes, name: str, code: str | None, address: str, cache: Cache, secret_key: str
) -> list[FileCheck]:
    """Compare a file with the lists that it says it holds, or with the list of ``code``.

    Raises NotFound where no list can be told from it, WrongFile for what cannot be read, TooManyLookups.
    """
    counter = f"list-uploads:{address}"
    if cache.read_count(counter) >= UPLOAD_LIMIT:
        raise TooManyLookups
    cache.count_one(counter, int(LOOKUP_WINDOW.total_seconds()))
    ensure_may_look_up(cache, address)
    digest = digest_content(content)
    is_workbook = content.startswith(b"PK") and _WORKBOOK in content
    if is_workbook or name.lower().endswith((".csv", ".txt")):
        checks = _check_sheets(open_sheets(content, name)[:MOST_SHEETS], code, secret_key)
        if checks and is_workbook and shows_otherwise(content):
            checks.insert(0, replace(checks[0], findings=(Finding(FindingKind.SHOWS_OTHERWISE),), is_same=False))
        if checks:
            return checks
    with reading() as work:
        known = lists_store.find_code_by_file(work, digest)
        signed = lists_store.find_list(work, known or code or "")
        if signed is None:
            _count_unknown(cache, address)
            raise NotFound
        check = _describe(work, signed, secret_key)
    is_same = True if signed.issued.file_digest == digest else None
    return [FileCheck(check, "", (), is_same)]


def shows_otherwise(content: bytes) -> bool:
    """Whether a workbook has formulas, or number formats with digits of their own: a cell may then show what it does
    not hold. Lists as they are issued have neither. Raises WrongFile.
    """
    package = Package(content)
    for name in package.names:
        if name.startswith("xl/worksheets/") and _FORMULA.search(package.read(name)):
            return True
    if "xl/styles.xml" not in package.names:
        return False
    codes = _FORMAT_CODE.findall(package.read("xl/styles.xml").decode("utf-8", "replace"))
    return any(_LITERAL_DIGIT.search(unescape(code)) for code in codes)


def ensure_may_look_up(cache: Cache, address: str) -> None:
    """Raise TooManyLookups after too many unknown codes from the address."""
    if cache.read_count(f"certificate-lookups:{address}") >= LOOKUP_LIMIT:
        raise TooManyLookups


def _count_unknown(cache: Cache, address: str) -> None:
    cache.count_one(f"certificate-lookups:{address}", int(LOOKUP_WINDOW.total_seconds()))


def _check_sheets(sheets: Sequence[Sheet], code: str | None, secret_key: str) -> list[FileCheck]:
    checks: list[FileCheck] = []
    has_stranger = False
    with reading() as work:
        for sheet in sheets:
            lines = [
                (number, [cell if isinstance(cell, str) else f"{cell:%d/%m/%Y}" for cell in row])
                for number, row in enumerate(sheet.rows, start=1)
                if any(row)
            ]
            # The code in the sheet comes first: a workbook has one for each of its lists.
            tried = [candidate for candidate in (_find_code(lines), code) if candidate]
            signed = next(filter(None, (lists_store.find_list(work, candidate) for candidate in tried)), None)
            if signed is None or not signed.issued.file_format.has_readable_rows:
                has_stranger = has_stranger or bool(lines)
                continue
            findings = compare_lines(signed.issued.code, signed.issued.seal, lines)
            checks.append(FileCheck(_describe(work, signed, secret_key), sheet.name, tuple(findings), not findings))
    if checks and has_stranger:
        # A sheet that was never issued must not borrow the word of those that were.
        checks.insert(0, replace(checks[0], findings=(Finding(FindingKind.SHEET_ADDED),), is_same=False))
    return checks


def _find_code(lines: Sequence[tuple[int, Sequence[str]]]) -> str | None:
    # It stands below the table; a cell of a row that looks like a code is no code of the list.
    for _, line in reversed(lines):
        for cell in line:
            found = _CODE.search(cell)
            if found:
                return normalise_code(found[0])
    return None


def _describe(work: Work, signed: SignedList, secret_key: str) -> ListCheck:
    issued = signed.issued
    round_: Round | InitiativeRound
    state: Any
    if issued.initiative_round_id is not None:
        found = initiative_rounds_store.find_round(work, issued.initiative_round_id)
        if found is None:
            raise NotFound
        round_, state = found, read_paper_state(work, found.id, issued.kind, issued.state)
    else:
        round_ = pick_round(contests_store.list_rounds(work), issued.round_id or 0)
        state = rows_store.read_state(work, round_id=round_.id, unit_ids=issued.state.get("units"))
    contest = pick_contest(contests_store.list_contests(work), round_.contest_id)
    unit = None if issued.unit_id is None else unit_store.find_unit(work, issued.unit_id)
    return ListCheck(
        issued=issued,
        contest=contest,
        round=round_,
        unit=unit,
        is_signature_good=is_signed(derive_key(secret_key, signed.key_id), issued, signed.signature),
        has_newer_results=state != issued.state.get("results"),
    )
