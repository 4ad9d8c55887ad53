"""Entries that are nearly the same as others of this contest and of earlier ones: the rule says "does not duplicate".

After a hand-in a job reads the text, compares it with those of all others, and keeps what it found. The text is stored
before it is compared, each in a transaction of its own: of two entries that are handed in at the same moment the one
that is compared later sees the other. What was found before is dropped with the old text and not after the comparison,
or it would take away what the other one has just found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.entries import Entry
from quiz_app.domain.initiatives.likeness import (
    Excerpt,
    Passage,
    Words,
    choose_passages,
    cut_excerpt,
    find_passages,
    find_share,
    make_runs,
    split_words,
)
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Person
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives import similar as similar_store
from quiz_app.persistence.initiatives import texts as texts_store
from quiz_app.persistence.initiatives import versions as versions_store
from quiz_app.persistence.initiatives.similar import SimilarPair
from quiz_app.persistence.initiatives.texts import EntryText
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.initiatives.signatures import find_likely, make_signature
from quiz_app.services.initiatives.texts import gather_text
from quiz_app.services.job_kinds import handles
from quiz_app.services.jobs import add_job
from quiz_app.services.key_corrections.courtesy import letting_others_go_first
from quiz_app.services.running_job import RunningJob

MOST_CANDIDATES = 40
"""Texts that are compared word by word with a new one."""
MOST_SIMILAR = 20
MOST_PASSAGES = 40


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage of both texts, as each of them has it. ``other`` is None where the other text is not to be shown."""

    own: Excerpt
    other: Excerpt | None
    word_count: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts side by side: the longest passages that both have, in the order of the first. Shares are 0 to 1 of the
    words of each; ``left_out`` counts shorter passages that are not shown.
    """

    own_share: float
    other_share: float
    passages: tuple[SharedPassage, ...]
    left_out: int


def request_reading(work: Work, *, person: Person, entry: Entry, version: int, now: datetime) -> int:
    """Have the version that is being handed in read and compared; the job's id. In the caller's transaction."""
    arguments = {"entry_id": entry.id, "version": version}
    return add_job(
        work, kind=JobKind.READ_ENTRY, arguments=arguments, person=person, now=now, scope_unit_id=entry.unit_id
    )


@handles(JobKind.READ_ENTRY)
@letting_others_go_first()
def read_entry(job: RunningJob) -> None:
    """The job of it. Called again, it reads and compares the same again; of a version that another has followed
    nothing is read.
    """
    entry_id, number = int(job.arguments["entry_id"]), int(job.arguments["version"])
    with reading() as work:
        entry = entries_store.find_entry(work, entry_id)
        round_ = None if entry is None else rounds_store.find_round(work, entry.round_id)
        versions = versions_store.list_versions(work, entry_id)
    if entry is None or round_ is None or entry.version != number:
        return
    content, unread = gather_text(round_.settings.form, versions[-1], job.storage)
    runs = make_runs(split_words(content).folded)
    job.report(1, 2)
    with transaction() as work:
        texts_store.put_text(
            work,
            entry_id=entry_id,
            version=number,
            content=content,
            signature=make_signature(runs),
            unread_files=unread,
            now=job.read_now(),
        )
        similar_store.forget_similar(work, entry_id)
    pairs = find_similar(
        entry_id=entry_id, version=number, submitted_at=versions[-1].submitted_at, runs=runs, round_=round_
    )
    with transaction() as work:
        known = texts_store.lock_versions(work, {each for pair in pairs for each in pair.versions})
        # A text that was replaced meanwhile is compared by the job of its new version.
        similar_store.add_similar(
            work, [pair for pair in pairs if pair.versions.items() <= known.items()], job.read_now()
        )
    job.report(2, 2)


def find_similar(
    *, entry_id: int, version: int, submitted_at: datetime, runs: frozenset[str], round_: InitiativeRound
) -> list[SimilarPair]:
    """The pairs of this entry and others that are alike, the likest first."""
    with reading() as work:
        codes = frozenset(round_.settings.compares_with)
        known = [
            other
            for other in texts_store.list_signatures(work, entry_id)
            if not codes or other.contest_code in codes or other.contest_id == round_.contest_id
        ]
        places = find_likely(make_signature(runs), [other.signature for other in known], most=MOST_CANDIDATES)
        likely = [known[place] for place in places]
        contents = texts_store.map_contents(work, [other.entry_id for other in likely])
    pairs = []
    for other in likely:
        other_runs = make_runs(split_words(contents.get(other.entry_id, "")).folded)
        is_later = (to_ms(submitted_at), entry_id) > (other.submitted_ms, other.entry_id)
        share = find_share(runs, other_runs) if is_later else find_share(other_runs, runs)
        if share is not None:
            later, earlier = (entry_id, other.entry_id) if is_later else (other.entry_id, entry_id)
            pairs.append(SimilarPair(later, earlier, share, {entry_id: version, other.entry_id: other.version}))
    return sorted(pairs, key=lambda pair: -pair.share)[:MOST_SIMILAR]


def compare_entries(work: Work, *, entry_id: int, other_id: int, shows_other: bool) -> Comparison:
    """What both texts share. Raises NotFound where either was not read yet.

    Without ``shows_other`` nothing of the other text is given out: the words of a passage are shown as this entry has
    them, and they are in both.
    """
    own, other = texts_store.find_text(work, entry_id), texts_store.find_text(work, other_id)
    if own is None or other is None:
        raise NotFound
    return compare_texts(own, other, shows_other=shows_other)


def compare_texts(own: EntryText, other: EntryText, *, shows_other: bool) -> Comparison:
    """The same of two texts that were read."""
    words, other_words = split_words(own.content), split_words(other.content)
    passages = find_passages(words, other_words)
    shown = choose_passages(passages, MOST_PASSAGES)
    return Comparison(
        own_share=_find_cover(words, passages),
        other_share=_find_cover(other_words, find_passages(other_words, words)),
        passages=tuple(
            SharedPassage(
                cut_excerpt(words, each.first, each.length),
                cut_excerpt(other_words, each.other_first, each.length) if shows_other else None,
                each.length,
            )
            for each in shown
        ),
        left_out=len(passages) - len(shown),
    )


def _find_cover(words: Words, passages: Sequence[Passage]) -> float:
    """The share of the words that stand in passages; no word of the first text stands in two."""
    return sum(each.length for each in passages) / len(words.folded) if words.folded else 0.0
