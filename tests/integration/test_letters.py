"""The outbox: drafted and approved by a person, sent once, tried again where that is right, and nobody else's."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import trustme
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import InvalidInput, NotFound, Refusal
from quiz_app.domain.letters import (
    PUT_OFF,
    BatchEnded,
    Decision,
    LetterDecided,
    LetterKind,
    LetterState,
    LetterText,
    MailNotSet,
    NobodyToWriteTo,
    OutgoingLetter,
    OwnAddressMissing,
)
from quiz_app.domain.participation import Participation
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.jobs import mailer, repeating
from quiz_app.mailing import MailSettings, Security
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.letters import batches as batches_store
from quiz_app.persistence.letters import queue as queue_store
from quiz_app.persistence.session import UniqueViolation, transaction
from quiz_app.services import addresses
from quiz_app.services.directory import find_lead_scope, find_organiser_scope
from quiz_app.services.letters import drafting, outbox, pages, queue_letter
from quiz_app.services.letters.queueing import queue_trial
from quiz_app.services.letters.sending import SendReport, send_due, settle_stale
from quiz_app.web.formatting import describe_refusal, title_refusal
from quiz_app.web.letter_words import fill_reminder, write_reminder
from quiz_app.web.value_words import describe_instant
from tests.factories import add_person, add_unit, run_sql, sit_attempt
from tests.integration.mail import (
    GREETING,
    TO_DATA,
    Mailbox,
    make_mail_settings,
    run_mail_server,
    run_scripted_server,
)
from tests.integration.threads import hold_after, run_together, wait_for
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements

TEXT = LetterText("Nhắc dự thi", "Kính gửi {họ tên}, {đơn vị}. Điểm: {điểm}")


@dataclass
class Scene:
    """A round with two units; each has a lead and two people who have not begun, one of them without an address."""

    app: Flask
    round: Round
    leads: dict[str, Person]
    people: dict[str, Person]

    def draft(self, lead: str = "lead-a", state: Participation = Participation.NOT_BEGUN, **changes: object) -> int:
        person = self.leads[lead]
        values = {"scope": find_lead_scope(person), "unit_id": None, "text": TEXT, "now": read_now(), **changes}
        return drafting.make_batch(person=person, round_id=self.round.id, state=state, **values)  # type: ignore[arg-type]

    def discard(self, batch_id: int, lead: str = "lead-a") -> None:
        person = self.leads[lead]
        drafting.discard_batch(person=person, scope=find_lead_scope(person), batch_id=batch_id, now=read_now())

    def approve(self, batch_id: int, lead: str = "lead-a") -> int:
        person = self.leads[lead]
        return drafting.approve_batch(
            person=person, scope=find_lead_scope(person), batch_id=batch_id, fill=fill_reminder, is_mail_set=True,
            now=read_now(),
        )  # fmt: skip


@pytest.fixture
def scene(app: Flask) -> Scene:
    round_ = add_open_round()
    leads, people = {}, {}
    for letter in "ab":
        unit_id = add_unit(letter.upper())
        leads[f"lead-{letter}"] = add_person(
            f"lead-{letter}", roles=[Role.UNIT_LEAD], led_unit_id=unit_id, email=f"lead-{letter}@tinh.test"
        )
        for name, email in (("one", f"{letter}.one@tinh.test"), ("two", f"{letter}.two@tinh.test"), ("none", None)):
            people[f"{letter}-{name}"] = add_person(f"{letter}-{name}", unit_id=unit_id, email=email)
    return Scene(app, round_, leads, people)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail(mailbox: Mailbox) -> Iterator[MailSettings]:
    with run_mail_server(mailbox) as port:
        yield make_mail_settings(port)


def send(settings: MailSettings, *, later: timedelta = timedelta(0)) -> SendReport:
    return send_due(settings=settings, read_now=lambda: read_now() + later)


def list_states() -> list[tuple[str, str | None]]:
    rows = run_sql("SELECT state, reason FROM letters WHERE state NOT IN ('draft', 'cancelled') ORDER BY id")
    return [(row.state, row.reason) for row in rows]


def queue_one(scene: Scene, name: str = "a-one", about: str = "x") -> bool:
    with transaction() as work:
        return queue_letter(
            work, kind=LetterKind.TRIAL, about=about, account_id=scene.people[name].id, facts={}, now=read_now()
        )


def test_a_lead_drafts_reads_approves_and_the_letters_arrive(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    sit_attempt(scene.people["a-two"], scene.round, right=3, started_at=read_now() - timedelta(minutes=20))
    batch_id = scene.draft()
    below_id = scene.draft(state=Participation.BELOW)
    lead = scene.leads["lead-a"]
    page = pages.view_batch(person=lead, scope=find_lead_scope(lead), batch_id=batch_id, now=read_now())
    assert sorted(one.name for one in page.recipients) == ["Người a-none", "Người a-one"]
    assert (page.ready_count, page.without_address) == (1, 1)
    # Nothing goes out before the approval.
    assert send(mail).total == 0
    assert scene.approve(batch_id) == 1
    assert scene.approve(below_id) == 1
    report = send(mail)
    assert (report.sent, report.failed) == (2, 0)
    assert sorted(mailbox.recipients) == ["a.one@tinh.test", "a.two@tinh.test"]
    texts = sorted(letter.get_content().strip() for letter in mailbox.letters)
    assert texts == ["Kính gửi Người a-one, Đơn vị A. Điểm: –", "Kính gửi Người a-two, Đơn vị A. Điểm: 3,0"]
    assert {letter["Reply-To"] for letter in mailbox.letters} == {"lead-a@tinh.test"}
    assert send(mail).total == 0
    assert list_states() == [("sent", None)] * 2
    (entry, _) = run_sql("SELECT details FROM audit_entries WHERE action = 'letters_approved'")
    assert "@" not in entry.details


def test_a_second_click_finds_the_first_draft_and_nobody_is_reminded_twice_a_day(scene: Scene) -> None:
    batch_id = scene.draft()
    assert scene.draft() == batch_id
    assert scene.approve(batch_id) == 2
    with pytest.raises(BatchEnded):
        scene.approve(batch_id)
    with pytest.raises(NobodyToWriteTo):
        scene.approve(scene.draft())
    assert len(list_states()) == 2
    with pytest.raises(UniqueViolation):
        run_sql(
            "INSERT INTO letters (id, kind, about, account_id, address, subject, body, facts, state, tries, made_at, "
            "next_at) SELECT id + 1, kind, about, account_id, address, subject, body, facts, 'queued', 0, 0, 0 "
            "FROM letters WHERE state = 'queued' LIMIT 1 RETURNING id"
        )


def test_drafts_made_and_approved_at_the_same_moment_send_each_letter_once(scene: Scene) -> None:
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    batch_ids = run_together(scene.app, [scene.draft] * 4)
    assert len(set(batch_ids)) == 1
    scope = find_organiser_scope(organiser)
    all_id = drafting.make_batch(
        person=organiser, scope=scope, round_id=scene.round.id, state=Participation.NOT_BEGUN, unit_id=None, text=TEXT,
        now=read_now(),
    )  # fmt: skip

    def approve_all() -> int:
        return drafting.approve_batch(
            person=organiser, scope=scope, batch_id=all_id, fill=fill_reminder, is_mail_set=True, now=read_now()
        )

    outcomes = run_together(
        scene.app,
        [lambda: scene.approve(batch_ids[0]), lambda: scene.approve(batch_ids[0]), approve_all],  # type: ignore[arg-type]
    )
    # Two people of each unit, and the two leads, who take part as well.
    assert sum(one for one in outcomes if isinstance(one, int)) == 6
    assert len(list_states()) == 6
    assert (
        run_sql("SELECT account_id FROM letters WHERE state = 'queued' GROUP BY account_id HAVING COUNT(*) > 1") == []
    )


@pytest.mark.parametrize("ending", ["approve", "discard"])
@pytest.mark.parametrize("slow", ["add_batch", "lock_draft"])
def test_a_draft_that_is_taken_up_again_while_it_ends_gets_no_letter_that_nobody_sends(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, ending: str, slow: str
) -> None:
    batch_id = scene.draft()
    newcomer = add_newcomer(scene)
    is_begun = hold_after(monkeypatch, batches_store, slow)
    end = partial({"approve": scene.approve, "discard": scene.discard}[ending], batch_id)
    calls: list[Callable[[], object]] = (
        [scene.draft, wait_for(is_begun, end)] if slow == "add_batch" else [wait_for(is_begun, scene.draft), end]
    )
    made, ended = run_together(scene.app, calls)
    assert not isinstance(ended, Refusal)
    rows = run_sql(
        "SELECT letter_batches.id, letter_batches.state, letters.state AS letter FROM letters "
        "JOIN letter_batches ON letter_batches.id = letters.batch_id WHERE letters.account_id = :account_id",
        account_id=newcomer.id,
    )
    assert not [row for row in rows if row.letter == "draft" and row.state != "draft"]
    if slow == "add_batch":
        # The ending waited, and the newcomer's letter shared the draft's lot.
        letter = {"approve": ("approved", "queued"), "discard": ("discarded", "cancelled")}[ending]
        assert (made, [tuple(row) for row in rows]) == (batch_id, [(batch_id, *letter)])
    else:
        assert made != batch_id
        assert [tuple(row) for row in rows] == [(made, "draft", "draft")]


def test_two_clicks_at_once_add_a_newcomer_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = scene.draft()
    newcomer = add_newcomer(scene)
    is_added = hold_after(monkeypatch, batches_store, "put_drafts")
    made = run_together(scene.app, [scene.draft, wait_for(is_added, scene.draft)])
    assert made == [batch_id, batch_id]
    letters = run_sql("SELECT batch_id FROM letters WHERE account_id = :account_id", account_id=newcomer.id)
    assert letters == [(batch_id,)]


def add_newcomer(scene: Scene) -> Person:
    """Somebody of the first unit who has come since and has not begun either."""
    unit_id = scene.people["a-one"].unit_id
    return add_person("a-new", unit_id=unit_id, email="a.new@tinh.test")


def test_whoever_took_part_moved_away_or_lost_the_address_meanwhile_gets_none(scene: Scene) -> None:
    batch_id = scene.draft()
    sit_attempt(scene.people["a-one"], scene.round, right=8, started_at=read_now() - timedelta(minutes=20))
    addresses.set_own_email(person=scene.people["a-two"], email=None, now=read_now())
    with pytest.raises(NobodyToWriteTo):
        scene.approve(batch_id)
    addresses.set_own_email(person=scene.people["a-two"], email="new@tinh.test", now=read_now())
    assert scene.approve(batch_id) == 1
    assert [row.address for row in run_sql("SELECT address FROM letters WHERE state = 'queued'")] == ["new@tinh.test"]
    lead = scene.leads["lead-a"]
    page = pages.view_batch(person=lead, scope=find_lead_scope(lead), batch_id=batch_id, now=read_now())
    reasons = {one.name: one.reason for one in page.recipients}
    assert reasons == {"Người a-one": "not_needed", "Người a-two": None, "Người a-none": "no_address"}


def test_the_text_is_changed_people_are_taken_out_and_a_draft_is_thrown_away(scene: Scene) -> None:
    lead = scene.leads["lead-a"]
    own = {"person": lead, "scope": find_lead_scope(lead)}
    batch_id = scene.draft()
    drafting.change_text(**own, batch_id=batch_id, subject="Khác\r\nBcc: x@y.test", body="Chào {họ tên}")
    page = pages.view_batch(**own, batch_id=batch_id, now=read_now())
    assert page.batch.text == LetterText("Khác Bcc: x@y.test", "Chào {họ tên}")
    letter_id = next(one.letter_id for one in page.recipients if one.name == "Người a-two")
    drafting.remove_recipients(**own, batch_id=batch_id, letter_ids=[letter_id], now=read_now())
    # The draft is found again, and who was taken out stays out.
    assert scene.draft() == batch_id
    letter = pages.view_letter(**own, batch_id=batch_id, letter_id=page.recipients[0].letter_id, fill=fill_reminder)
    assert letter.text.body.startswith("Chào Người")
    with pytest.raises(InvalidInput):
        drafting.change_text(**own, batch_id=batch_id, subject="", body="x")
    with pytest.raises(MailNotSet):
        drafting.approve_batch(**own, batch_id=batch_id, fill=fill_reminder, is_mail_set=False, now=read_now())
    drafting.discard_batch(**own, batch_id=batch_id, now=read_now())
    with pytest.raises(BatchEnded):
        drafting.discard_batch(**own, batch_id=batch_id, now=read_now())
    assert run_sql("SELECT id FROM letters WHERE state <> 'cancelled'") == []
    assert scene.draft() != batch_id


def test_who_is_not_in_the_draft_cannot_be_taken_out(scene: Scene) -> None:
    lead = scene.leads["lead-a"]
    own = {"person": lead, "scope": find_lead_scope(lead), "batch_id": scene.draft()}
    with pytest.raises(InvalidInput, match="Nobody who was ticked"):
        drafting.remove_recipients(**own, letter_ids=[1], now=read_now())
    page = pages.view_batch(**own, now=read_now())
    ids = [page.recipients[0].letter_id, 1]
    assert drafting.remove_recipients(**own, letter_ids=ids, now=read_now()) == 1


def test_a_draft_names_the_close_that_holds_when_it_goes_out(scene: Scene) -> None:
    text = write_reminder(
        round_=scene.round, participation=Participation.NOT_BEGUN, address="https://thi.test", sender="Người gửi"
    )
    batch_id, lead = scene.draft(text=text), scene.leads["lead-a"]
    own = {"person": lead, "scope": find_lead_scope(lead), "batch_id": batch_id}
    later = scene.round.closes_at + timedelta(days=3)
    run_sql("UPDATE rounds SET closes_at = :at RETURNING id", at=int(later.timestamp() * 1000))
    page = pages.view_batch(**own, now=read_now())
    shown = pages.view_letter(**own, letter_id=page.recipients[0].letter_id, fill=fill_reminder)
    assert scene.approve(batch_id) == 2
    for body in (shown.text.body, *(row.body for row in run_sql("SELECT body FROM letters WHERE state = 'queued'"))):
        assert describe_instant(later, scene.round.zone) in body
        assert describe_instant(scene.round.closes_at, scene.round.zone) not in body


def test_a_lead_neither_sees_nor_writes_to_another_unit(scene: Scene, mail: MailSettings, mailbox: Mailbox) -> None:
    batch_id = scene.draft("lead-b")
    b_unit = scene.people["b-one"].unit_id
    with pytest.raises(NobodyToWriteTo):
        scene.draft(unit_id=b_unit)
    lead = scene.leads["lead-a"]
    letter_id = run_sql("SELECT MIN(id) AS id FROM letters WHERE batch_id = :batch_id", batch_id=batch_id)[0].id
    own_id = scene.draft()
    with pytest.raises(NotFound):
        pages.view_batch(person=lead, scope=find_lead_scope(lead), batch_id=batch_id, now=read_now())
    with pytest.raises(NotFound):
        pages.view_letter(
            person=lead, scope=find_lead_scope(lead), batch_id=own_id, letter_id=letter_id, fill=fill_reminder
        )
    with pytest.raises(NotFound):
        scene.approve(batch_id, "lead-a")
    visitor = Visitor(scene.app, "lead-a")
    pages_seen = "".join(
        visitor.get(path).text
        for path in (
            "/unit/letters", f"/unit/letters/batches/{own_id}", f"/unit/letters/batches/{batch_id}",
            f"/unit/letters/batches/{own_id}/letters/{letter_id}", "/organiser/letters",
        )
    )  # fmt: skip
    assert "a.one@tinh.test" in pages_seen
    assert "b.one" not in pages_seen
    assert "Người b-" not in pages_seen
    for step in ("text", "recipients", "send", "stop", "discard"):
        answer = visitor.post(
            f"/unit/letters/batches/{batch_id}/{step}", {"subject": "x", "body": "y", "letter_id": str(letter_id)}
        )
        assert answer.status_code in (404, 409), step
    # Of the letters of another batch none can be taken out through one's own.
    visitor.post(f"/unit/letters/batches/{own_id}/recipients", {"letter_id": str(letter_id)})
    assert run_sql("SELECT state FROM letters WHERE id = :id", id=letter_id)[0].state == "draft"
    # Who loses the unit loses its letters: those of the draft and those that were sent.
    run_sql("UPDATE role_grants SET unit_id = :b WHERE account_id = :lead RETURNING id", b=b_unit, lead=lead.id)
    page = pages.view_batch(person=lead, scope=find_lead_scope(lead), batch_id=own_id, now=read_now())
    assert list(page.recipients) == []
    with pytest.raises(NobodyToWriteTo):
        scene.approve(own_id)
    assert send(mail).total == 0
    assert mailbox.recipients == []


def test_a_refused_recipient_fails_a_full_mailbox_waits_and_the_others_go_out(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.replies = {
        "a.one@tinh.test": "550 5.1.1 <a.one@tinh.test> user unknown",
        "a.two@tinh.test": "451 4.7.1 greylisted",
    }
    for name in ("a-one", "a-two", "b-one"):
        assert queue_one(scene, name)
    report = send(mail)
    assert (report.sent, report.put_off, report.failed) == (1, 1, 1)
    assert mailbox.recipients == ["b.one@tinh.test"]
    failed, waiting, _ = run_sql("SELECT state, reason, reply, next_at, tries FROM letters ORDER BY id")
    assert (failed.state, failed.reason) == ("failed", "refused")
    assert "550 5.1.1" in failed.reply
    assert "a.one@" not in failed.reply
    assert (waiting.state, waiting.reason, waiting.tries) == ("queued", "put_off", 1)
    # Not before its time; then it goes out.
    assert send(mail).total == 0
    del mailbox.replies["a.two@tinh.test"]
    assert send(mail, later=PUT_OFF[0] + timedelta(seconds=5)).sent == 1
    # A letter that is put off again and again is given up.
    mailbox.replies["b.two@tinh.test"] = "452 4.2.2 mailbox full"
    queue_one(scene, "b-two")
    later = timedelta(0)
    for wait in (timedelta(0), *PUT_OFF):
        later += wait + timedelta(seconds=10)
        send(mail, later=later)
    assert list_states()[-1] == ("failed", "gave_up")


def test_a_failed_letter_is_tried_again_at_the_address_that_was_mended(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    mailbox.replies["a.one@tinh.test"] = "550 unknown"
    queue_one(scene)
    send(mail)
    (letter,) = outbox.view_outbox(organiser=organiser, state=None, before=None).letters
    assert letter.state == "failed"
    addresses.set_own_email(person=scene.people["a-one"], email="right@tinh.test", now=read_now())
    outbox.decide_letter(organiser=organiser, letter_id=letter.id, decision=Decision.AGAIN, now=read_now())
    with pytest.raises(LetterDecided):
        outbox.decide_letter(organiser=organiser, letter_id=letter.id, decision=Decision.ARRIVED, now=read_now())
    assert send(mail).sent == 1
    assert mailbox.recipients == ["right@tinh.test"]
    (entry,) = run_sql("SELECT details FROM audit_entries WHERE action = 'letter_decided'")
    assert "a…@tinh.test" in entry.details
    assert "a.one" not in entry.details
    assert outbox.retry_failed(organiser=organiser, now=read_now()) == 0


def test_a_server_that_greets_with_421_or_is_not_there_touches_no_letter(scene: Scene) -> None:
    queue_one(scene)
    with run_scripted_server(["> 421 too busy"]) as (port, _):
        report = send(make_mail_settings(port))
    assert report.trouble is not None
    assert "421" in report.trouble
    assert send(make_mail_settings(port)).trouble is not None
    (row,) = run_sql("SELECT state, tries, claimed_at FROM letters")
    assert tuple(row) == ("queued", 0, None)
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    heard = outbox.view_outbox(organiser=organiser, state=None, before=None).heard
    assert heard is not None
    assert heard.trouble


def test_a_server_that_refuses_the_sender_is_trouble_and_no_failed_letter(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    mailbox.sender_reply = "553 sender not allowed"
    queue_one(scene)
    assert send(mail).trouble == "553 sender not allowed"
    (row,) = run_sql("SELECT state, tries FROM letters")
    assert tuple(row) == ("queued", 0)


def test_a_connection_that_breaks_before_the_end_of_a_letter_is_no_delivery(scene: Scene) -> None:
    queue_one(scene)
    took = [*TO_DATA, "< .", "> 250 taken", "< QUIT", "> 221 bye"]
    with run_scripted_server([*GREETING, "< MAIL", "> 250 OK", "< RCPT"], took) as (port, _):
        settings = make_mail_settings(port)
        assert send(settings).put_off == 1
        assert list_states() == [("queued", "put_off")]
        assert send(settings, later=PUT_OFF[0] + timedelta(seconds=5)).sent == 1


def test_a_connection_that_breaks_after_the_end_of_a_letter_leaves_its_fate_to_a_person(scene: Scene) -> None:
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    queue_one(scene)
    took = [*TO_DATA, "< .", "> 250 taken", "< QUIT", "> 221 bye"]
    with run_scripted_server([*TO_DATA, "< ."], took) as (port, heard):
        settings = make_mail_settings(port)
        assert send(settings).uncertain == 1
        assert list_states() == [("uncertain", "cut_off")]
        # No machine sends it again, whenever it looks.
        assert send(settings, later=timedelta(days=1)).total == 0
        assert len(heard) == 1
        (letter,) = outbox.view_outbox(organiser=organiser, state=None, before=None).letters
        outbox.decide_letter(organiser=organiser, letter_id=letter.id, decision=Decision.AGAIN, now=read_now())
        assert send(settings).sent == 1
    names = [next(line for line in lines if line.startswith("Message-ID")) for lines in heard]
    assert names[0] == names[1]


def test_a_process_that_dies_while_sending_leaves_a_letter_that_no_machine_sends_again(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    queue_one(scene)
    run_sql(
        "UPDATE letters SET state = 'sending', next_at = NULL, claimed_at = :moment RETURNING id",
        moment=to_ms(read_now()),
    )
    assert send(mail).total == 0
    assert settle_stale(now=read_now() + timedelta(minutes=5)) == 0
    assert send(mail, later=timedelta(minutes=11)).total == 0
    assert list_states() == [("uncertain", "cut_off")]
    assert mailbox.recipients == []


def test_a_sender_that_was_away_for_long_ends_nobody_elses_try(scene: Scene) -> None:
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    queue_one(scene)
    now = read_now()
    later = now + timedelta(minutes=11)
    early = claim_one(now)
    assert settle_stale(now=later) == 1
    outbox.decide_letter(organiser=organiser, letter_id=early.id, decision=Decision.AGAIN, now=later)
    late = claim_one(later)
    assert (late.id, late.tries) == (early.id, early.tries), "the organiser's decision counts tries anew"
    assert end_as_sent(early, later) is False
    with transaction() as work:
        queue_store.release(work, early, next_at=later)
    assert list_states() == [("sending", None)]
    assert end_as_sent(late, later) is True
    assert list_states() == [("sent", None)]


def claim_one(now: datetime) -> OutgoingLetter:
    with transaction() as work:
        letter_id = queue_store.claim_letter(work, per_minute=60, now=now)
        assert letter_id is not None
        return queue_store.read_claimed(work, letter_id)[0]


def end_as_sent(letter: OutgoingLetter, now: datetime) -> bool:
    with transaction() as work:
        return queue_store.end_sending(
            work, letter, state=LetterState.SENT, reason=None, reply=None, next_at=None, now=now
        )


def test_senders_at_the_same_moment_send_each_letter_once(scene: Scene, mail: MailSettings, mailbox: Mailbox) -> None:
    for number in range(12):
        queue_one(scene, "a-one", about=f"occasion {number}")
    run_together(scene.app, [lambda: send(mail)] * 3)
    assert len(mailbox.recipients) == 12
    assert list_states() == [("sent", None)] * 12


def test_no_more_letters_a_minute_than_the_settings_say(scene: Scene, mailbox: Mailbox) -> None:
    for number in range(5):
        queue_one(scene, about=f"occasion {number}")
    with run_mail_server(mailbox) as port:
        settings = make_mail_settings(port, per_minute=2)
        run_together(scene.app, [lambda: send(settings)] * 2)
        assert len(mailbox.recipients) == 2
        assert send(settings).total == 0
        assert send(settings, later=timedelta(seconds=61)).sent == 2


def test_a_letter_is_not_sent_to_a_closed_account_or_after_three_days(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    queue_one(scene, "a-one")
    run_sql("UPDATE accounts SET is_active = false WHERE login = 'a-one' RETURNING id")
    queue_one(scene, "a-two")
    assert queue_one(scene, "a-one", about="y") is False
    assert send(mail, later=timedelta(days=3, minutes=1)).total == 0
    rows = run_sql("SELECT state, reason FROM letters ORDER BY id")
    assert [tuple(row) for row in rows] == [("cancelled", "account_closed"), ("cancelled", "too_old")]
    assert mailbox.recipients == []


def test_an_automatic_letter_is_kept_with_its_cause_and_once_per_occasion(scene: Scene) -> None:
    def queue_and_break_off() -> None:
        with transaction() as work:
            account_id = scene.people["a-one"].id
            assert queue_letter(work, kind=LetterKind.TRIAL, about="x", account_id=account_id, facts={}, now=read_now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        queue_and_break_off()
    assert list_states() == []
    assert [queue_one(scene), queue_one(scene), queue_one(scene, "a-none")] == [True, False, False]
    assert len(list_states()) == 1


def test_a_letter_goes_over_a_protected_line_with_a_sign_in_or_not_at_all(
    scene: Scene, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    queue_one(scene)
    with run_mail_server(mailbox, context=context, credentials=("hoithi", "mat-khau")) as port:
        protected = {"security": Security.STARTTLS, "user": "hoithi"}
        settings = make_mail_settings(port, **protected, password="mat-khau")
        # The certificate is of nobody that this machine trusts.
        assert send(settings).trouble is not None
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        wrong = send(make_mail_settings(port, **protected, password="sai")).trouble
        assert wrong is not None
        assert "535" in wrong
        assert mailbox.recipients == []
        assert send(settings).sent == 1
    assert mailbox.was_protected == [True]
    # A server that has no protection to offer is told nothing.
    queue_one(scene, about="y")
    with run_mail_server(mailbox) as port:
        assert send(make_mail_settings(port, security=Security.STARTTLS)).trouble is not None
    assert len(mailbox.recipients) == 1


def test_lines_that_begin_with_a_full_stop_arrive_whole(scene: Scene, mail: MailSettings, mailbox: Mailbox) -> None:
    lead = scene.leads["lead-a"]
    batch_id = scene.draft()
    body = "Dòng một\n.\n..hai\n" + "dài " * 300
    drafting.change_text(person=lead, scope=find_lead_scope(lead), batch_id=batch_id, subject="Dấu chấm", body=body)
    scene.approve(batch_id)
    assert send(mail).sent == 2
    assert mailbox.letters[0].get_content().split() == body.split()


def test_addresses_are_kept_by_their_person_and_by_the_lead_of_the_unit(scene: Scene) -> None:
    person, lead = Visitor(scene.app, "a-one"), Visitor(scene.app, "lead-a")
    assert person.post("/e-mail", {"email": "Moi@Tinh.test"}).status_code == 303
    assert 'value="moi@tinh.test"' in person.get("/e-mail").text
    wrong = person.post("/e-mail", {"email": "không phải"})
    assert wrong.status_code == 422
    assert "không phải" in wrong.text
    two, other = scene.people["a-two"].id, scene.people["b-one"].id
    assert lead.post(f"/unit/people/{two}/email", {"email": ""}).status_code == 303
    assert lead.post(f"/unit/people/{other}/email", {"email": "x@y.test"}).status_code == 404
    rows = run_sql("SELECT email FROM accounts WHERE login IN ('a-one', 'a-two', 'b-one') ORDER BY login")
    assert [row.email for row in rows] == ["moi@tinh.test", None, "b.one@tinh.test"]
    details = [row.details for row in run_sql("SELECT details FROM audit_entries WHERE action = 'account_edited'")]
    assert len(details) == 2
    assert not any("@" in text for text in details)


def test_an_organiser_tries_the_server_out_and_reads_what_became_of_it(
    scene: Scene, mail: MailSettings, mailbox: Mailbox
) -> None:
    organiser = add_person("to-chuc", roles=[Role.ORGANISER], email="bantochuc@tinh.test")
    with pytest.raises(MailNotSet):
        queue_trial(organiser=organiser, is_mail_set=False, now=read_now())
    queue_trial(organiser=organiser, is_mail_set=True, now=read_now())
    assert send(mail).sent == 1
    visitor = Visitor(scene.app, "to-chuc")
    page = visitor.get("/organiser/letters?state=sent").text
    assert "bantochuc@tinh.test" in page
    (letter,) = outbox.view_outbox(organiser=organiser, state=None, before=None).letters
    assert letter.text is not None
    assert letter.text.subject in visitor.get(f"/organiser/letters/{letter.id}").text


def test_a_round_with_braces_in_its_title_can_be_reminded_of(scene: Scene) -> None:
    run_sql("UPDATE rounds SET title = 'Đợt {1}' RETURNING id")
    answer = Visitor(scene.app, "lead-a").post(f"/unit/rounds/{scene.round.id}/letters", {"state": "not_begun"})
    assert answer.status_code == 303
    assert "Đợt (1)" in Visitor(scene.app, "lead-a").get(answer.location).text


def test_thirty_letters_cost_the_page_what_one_costs(scene: Scene) -> None:
    add_person("to-chuc", roles=[Role.ORGANISER])
    lead, organiser = Visitor(scene.app, "lead-a"), Visitor(scene.app, "to-chuc")
    batch_id = scene.draft()
    paths = [(lead, f"/unit/letters/batches/{batch_id}"), (lead, "/unit/letters"), (organiser, "/organiser/letters")]

    def count() -> list[int]:
        counts = []
        for visitor, path in paths:
            with count_statements(db.engine) as statements:
                assert visitor.get(path).status_code == 200
            counts.append(len(statements.work))
        return counts

    queue_one(scene)
    before = count()
    for number in range(30):
        add_person(f"more-{number}", unit_id=scene.people["a-one"].unit_id, email=f"more{number}@tinh.test")
        queue_one(scene, about=f"occasion {number}")
    scene.draft()
    assert count() == before


def test_a_lead_goes_all_the_way_in_a_browser_without_scripts(
    scene: Scene, mail: MailSettings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = Visitor(scene.app, "lead-a")
    lead.client.set_cookie("language", "en")
    # Without a mail server the same pages serve for writing and reading, and say why nothing can be sent.
    off = lead.post(f"/unit/rounds/{scene.round.id}/letters", {"state": "not_begun"}).location
    assert "No mail server is set" in lead.get(off).text
    assert f"{off}/send" not in lead.get(off).text
    assert lead.post(f"{off}/send", {"subject": "x", "body": "y"}).status_code == 409
    monkeypatch.setitem(scene.app.extensions, "settings", replace(scene.app.extensions["settings"], mail=mail))
    assert f"{off}/send" in lead.get(off).text
    assert f"/unit/rounds/{scene.round.id}/letters" in lead.get(f"/unit/rounds/{scene.round.id}/reminders").text
    made = lead.post(f"/unit/rounds/{scene.round.id}/letters", {"state": "not_begun"})
    assert made.status_code == 303
    path = made.location
    wrong = lead.post(f"{path}/text", {"subject": "Nhắc", "body": "{gì đó}"})
    assert wrong.status_code == 422
    assert "{gì đó}" in wrong.text
    fields = {"subject": "Nhắc", "body": "Kính gửi {họ tên} <b>&</b>"}
    assert lead.post(f"{path}/text", fields).status_code == 303
    # The text that stands in the form is the one that is sent, saved or not.
    assert lead.post(f"{path}/send", {"subject": "", "body": "x"}).status_code == 422
    last = {"subject": "Nhắc lần cuối", "body": fields["body"]}
    assert lead.post(f"{path}/send", last).status_code == 303
    assert send(mail).sent == 2
    assert {letter["Subject"] for letter in mailbox.letters} == {"Nhắc lần cuối"}
    assert lead.post(f"{path}/send").status_code == 409
    page = lead.get(path).text
    assert "a.one@tinh.test" in page
    assert "Finished: 2 of 2 letters sent" in page
    letter_id = run_sql("SELECT MIN(id) AS id FROM letters WHERE state = 'sent'")[0].id
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in lead.get(f"{path}/letters/{letter_id}").text


def test_an_organiser_writes_to_everyone_and_reads_what_leads_have_written(
    scene: Scene, mail: MailSettings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(scene.app.extensions, "settings", replace(scene.app.extensions["settings"], mail=mail))
    add_person("to-chuc", roles=[Role.ORGANISER])
    organiser = Visitor(scene.app, "to-chuc")
    organiser.client.set_cookie("language", "en")
    lead_id = scene.draft()
    page = organiser.get(f"/organiser/letters/batches/{lead_id}").text
    assert "A draft of Người lead-a" in page
    assert organiser.post(f"/organiser/letters/batches/{lead_id}/send").status_code == 403
    made = organiser.post(f"/organiser/rounds/{scene.round.id}/letters", {"state": "not_begun"})
    assert organiser.post(f"{made.location}/send").status_code == 303
    assert organiser.post(f"{made.location}/stop").status_code == 303
    assert send(mail).total == 0
    assert run_sql("SELECT id FROM letters WHERE state = 'queued'") == []


def test_the_mailer_of_a_server_sends_what_waits(
    scene: Scene, mail: MailSettings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeating, "IDLE_SECONDS", 0.1)
    queue_one(scene)
    stop = mailer.start_mailer(scene.app.app_context, mail)
    try:
        deadline = time.monotonic() + 60
        while list_states() != [("sent", None)]:
            assert time.monotonic() < deadline, list_states()
            time.sleep(0.05)
    finally:
        stop.set()
    for thread in threading.enumerate():
        if thread.name == "mailer":
            thread.join(timeout=60)
    assert mailbox.recipients == ["a.one@tinh.test"]


def test_the_command_sends_what_waits_and_says_what_is_missing(
    scene: Scene, mail: MailSettings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_one(scene)
    runner = scene.app.test_cli_runner()
    assert runner.invoke(args=["quiz", "send-letters"]).exit_code == 1
    monkeypatch.setitem(scene.app.extensions, "settings", replace(scene.app.extensions["settings"], mail=mail))
    assert runner.invoke(args=["quiz", "send-letters"]).exit_code == 0
    assert mailbox.recipients == ["a.one@tinh.test"]
    gone = replace(mail, port=1)
    monkeypatch.setitem(scene.app.extensions, "settings", replace(scene.app.extensions["settings"], mail=gone))
    queue_one(scene, about="y")
    assert runner.invoke(args=["quiz", "send-letters"]).exit_code == 1


def test_no_address_and_no_password_is_in_the_log(
    scene: Scene, mail: MailSettings, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    mailbox.replies = {"a.one@tinh.test": "550 <a.one@tinh.test> unknown", "a.two@tinh.test": "451 <a.two@tinh.test>"}
    queue_one(scene, "a-one")
    queue_one(scene, "a-two")
    send(mail)
    mailbox.sender_reply = "553 <hoithi@tinh.test> sender not allowed"
    queue_one(scene, "b-one")
    send(mail)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("quiz_app"))
    assert "550" in ours
    assert "553" in ours
    for name in ("a.one", "a.two", "b.one", "hoithi@"):
        assert name not in ours


@pytest.mark.usefixtures("app")
def test_every_refusal_of_letters_has_words_of_its_own() -> None:
    refusals = [BatchEnded(), LetterDecided(), MailNotSet(), NobodyToWriteTo(), OwnAddressMissing()]
    assert len({title_refusal(one) for one in refusals} - {title_refusal(Refusal())}) == len(refusals)
    assert len({describe_refusal(one) for one in refusals}) == len(refusals)
