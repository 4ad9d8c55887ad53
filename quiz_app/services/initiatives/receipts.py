"""The public check of a receipt of an initiative: what was handed in when, and whose digest it has; nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from quiz_app.cache import Cache
from quiz_app.domain.certificates import LOOKUP_WINDOW
from quiz_app.domain.errors import NotFound
from quiz_app.domain.receipts import normalise_receipt_code
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives import versions as versions_store
from quiz_app.persistence.session import reading
from quiz_app.services.list_checks import ensure_may_look_up


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What a stranger with the receipt may know. ``has_newer``: the initiative was handed in again since."""

    code: str
    round_title: str
    number: int
    version: int
    submitted_at: datetime
    digest: str
    has_newer: bool
    zone: ZoneInfo


def check_receipt(*, text: str, address: str, cache: Cache) -> ReceiptCheck:
    """What the receipt with this code acknowledges. Raises NotFound, and TooManyLookups as for certificates."""
    code = normalise_receipt_code(text)
    if code is None:
        raise NotFound
    ensure_may_look_up(cache, address)
    with reading() as work:
        version = versions_store.find_by_receipt(work, code)
        entry = None if version is None else entries_store.find_entry(work, version.entry_id)
        round_ = None if entry is None else rounds_store.find_round(work, entry.round_id)
    if version is None or entry is None or round_ is None:
        cache.count_one(f"certificate-lookups:{address}", int(LOOKUP_WINDOW.total_seconds()))
        raise NotFound
    return ReceiptCheck(
        code=code,
        round_title=round_.title,
        number=entry.number or 0,
        version=version.number,
        submitted_at=version.submitted_at,
        digest=version.digest,
        has_newer=version.number < entry.version,
        zone=round_.zone,
    )
