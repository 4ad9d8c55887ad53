"""Letters: what may stand in one, what fills its places, when it is tried again, and what a trail may know of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quiz_app.web.letter_words as words
from quiz_app.config import WrongSetting, read_settings
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.letters import (
    DECISIONS,
    PUT_OFF,
    Decision,
    LetterKind,
    LetterReason,
    LetterState,
    LetterText,
    OutgoingLetter,
    clean_text,
    fill_text,
    find_next_try,
    is_usable_address,
    list_markers,
    mask_address,
    mask_reply,
)
from quiz_app.mailing import MailSettings, Refused, Security, make_message
from quiz_app.services.letters.writers import WRITERS

NOW = datetime(2022, 10, 1, 2, 0, tzinfo=UTC)
SETTINGS = MailSettings("mail.test", 25, Security.NONE, None, None, "hoithi@tinh.test", "Ban Tổ chức", 60)
KEY = {"SECRET_KEY": "x" * 32}


def make_letter(**changes):
    values = {"name": "Nguyễn Thị Hạnh", "address": "hanh@tinh.test", "reply_to": None}
    text = LetterText(changes.pop("subject", "Nhắc dự thi"), changes.pop("body", "Kính gửi chị Hạnh"))
    return OutgoingLetter(id=7, text=text, made_at=NOW, tries=1, claimed_at=NOW, **{**values, **changes})


@pytest.mark.parametrize("typed", ["A\r\nBcc: x@y.test", "A\nB", "A\x00B", "A\u2028B", "A\x0bB", "A\x85B", "A\rB"])
def test_a_subject_stays_one_line_whatever_is_typed(typed):
    text = clean_text(typed, "Kính gửi")
    assert len(text.subject.splitlines()) == 1
    assert text.subject.isprintable()


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_adds_a_line_to_the_head_of_a_letter(subject, name):
    try:
        text = clean_text(subject, "Kính gửi {họ tên}")
    except InvalidInput:
        return
    filled = fill_text(text, {"name": name})
    letter = make_letter(subject=filled.subject or "x", body=filled.body)
    read = message_from_bytes(make_message(letter, SETTINGS).as_bytes(), policy=default)
    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


def test_a_letter_is_plain_text_in_vietnamese_with_the_same_name_at_every_try():
    first, second = (make_message(make_letter(reply_to="lead@tinh.test"), SETTINGS) for _ in range(2))
    read = message_from_bytes(first.as_bytes(), policy=default)
    assert read["To"] == "Nguyễn Thị Hạnh <hanh@tinh.test>"
    assert read["From"] == "Ban Tổ chức <hoithi@tinh.test>"
    assert read["Reply-To"] == "lead@tinh.test"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content_type() == "text/plain"
    assert read.get_content().splitlines() == ["Kính gửi chị Hạnh"]
    assert first["Message-ID"] == second["Message-ID"] == "<letter.7@tinh.test>"
    assert max(map(len, first.as_bytes().split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "address", ["a@b.test\r\nBcc: c@d.test", "a b@c.test", "hạnh@tinh.test", "a@", "@b", "a@b@c", ""]
)
def test_an_address_that_could_do_harm_is_never_written_to(address):
    assert not is_usable_address(address)
    with pytest.raises(Refused):
        make_message(make_letter(address=address), SETTINGS)


def test_places_are_filled_in_either_language_and_unknown_ones_refused():
    text = clean_text("Nhắc {Họ Tên}", "{name}, {đơn vị}: {điểm} – {score}")
    filled = fill_text(text, {"name": "An", "unit": "Sở", "score": "5,0"})
    assert filled == LetterText("Nhắc An", "An, Sở: 5,0 – 5,0")
    # What fills a place is not looked at again.
    assert fill_text(text, {"name": "{điểm}"}).subject == "Nhắc {điểm}"
    with pytest.raises(InvalidInput):
        clean_text("Nhắc", "{mật khẩu}")
    for language in ("vi", "en"):
        clean_text("x", " ".join(list_markers(language).values()))


@pytest.mark.parametrize(("subject", "body"), [("", "x"), ("x", ""), ("x" * 151, "x"), ("x", "x" * 4001), (" \n", "x")])
def test_a_text_has_limits(subject, body):
    with pytest.raises(InvalidInput):
        clean_text(subject, body)


def test_a_letter_is_tried_again_later_and_later_and_then_no_more():
    moments = [find_next_try(tries, NOW) for tries in range(1, len(PUT_OFF) + 2)]
    assert moments[0] == NOW + timedelta(minutes=1)
    assert moments[:-1] == sorted(moments[:-1])
    assert moments[-1] is None


def test_what_a_server_says_is_kept_without_addresses():
    assert mask_address("nguyen.an@tinh.gov.vn") == "n…@tinh.gov.vn"
    reply = mask_reply("550 5.1.1 <nguyen.an@tinh.gov.vn>: user unknown\r\n550 an@x.test")
    assert "nguyen.an" not in reply
    assert "an@x" not in reply
    assert reply.startswith("550 5.1.1 <n…@tinh.gov.vn>: user unknown")
    assert len(mask_reply("x" * 1000)) == 300


def test_a_letter_of_unknown_fate_goes_out_again_only_by_a_decision():
    assert Decision.AGAIN in DECISIONS[LetterState.UNCERTAIN]
    assert LetterState.SENT not in DECISIONS
    assert LetterState.SENDING not in DECISIONS


def test_every_kind_state_and_reason_has_words_and_every_automatic_kind_a_writer():
    for kind in LetterKind:
        assert words.describe_kind(kind)
        assert kind is LetterKind.REMINDER or kind in WRITERS
    for state in LetterState:
        assert words.describe_state(state)
        assert state in words.BADGES
    assert all(words.describe_reason(reason) for reason in LetterReason)
    assert all(words.describe_decision(decision) for decision in Decision)


def test_mail_is_off_without_a_server_and_its_settings_are_checked():
    assert read_settings(KEY).mail is None
    on = {**KEY, "SMTP_HOST": "mail.test", "MAIL_FROM": "Ban Tổ chức <hoithi@tinh.test>"}
    mail = read_settings(on).mail
    assert mail is not None
    assert (mail.port, mail.security, mail.sender, mail.sender_name) == (
        587,
        "starttls",
        "hoithi@tinh.test",
        "Ban Tổ chức",
    )
    assert read_settings({**on, "SMTP_SECURITY": "tls"}).mail.port == 465
    secret = read_settings({**on, "SMTP_USER": "u", "SMTP_PASSWORD": "matkhau"}).mail
    assert "matkhau" not in repr(secret)
    for wrong in (
        {"MAIL_FROM": ""}, {"MAIL_FROM": "nobody"}, {"MAIL_FROM": "a@b.test\nBcc: c@d.test"}, {"SMTP_SECURITY": "ssl"},
        {"SMTP_PORT": "0"}, {"SMTP_USER": "u"}, {"SMTP_USER": "u", "SMTP_PASSWORD": "p", "SMTP_SECURITY": "none"},
        {"MAIL_PER_MINUTE": "0"},
    ):  # fmt: skip
        with pytest.raises(WrongSetting):
            read_settings({**on, **wrong})
