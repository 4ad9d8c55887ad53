"""Mail servers that tests start: a real one that keeps what it takes, and one that follows a script line by line."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from quiz_app.mailing import MailSettings, Security

HOST = "127.0.0.1"


@dataclass
class Mailbox:
    """What the server has taken, and what it answers to recipients: ``replies`` by address, the same each time."""

    letters: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    sender_reply: str = ""
    was_protected: list[bool] = field(default_factory=list)

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.sender_reply:
            return self.sender_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.letters.append(BytesParser(policy=default).parsebytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        self.was_protected.append(session.ssl is not None)
        return "250 taken"


@contextmanager
def run_mail_server(
    mailbox: Mailbox, *, context: ssl.SSLContext | None = None, credentials: tuple[str, str] | None = None
) -> Iterator[int]:
    """A server on a free port. With a context it offers STARTTLS and takes nothing before; with credentials it asks
    for them.
    """

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_right = (data.login.decode(), data.password.decode()) == credentials
        return AuthResult(success=is_right, handled=is_right)

    options: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context else {}
    if credentials:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": context is not None}
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname=HOST, port=port, ready_timeout=60, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def run_scripted_server(*conversations: Sequence[str]) -> Iterator[tuple[int, list[list[str]]]]:
    """A server that goes through one script a connection: ``"> text"`` is said, ``"< MAIL"`` is waited for, ``"< ."``
    waits for the end of a letter, and at the end of its script it hangs up. The last script serves all that follow.
    """
    heard: list[list[str]] = []
    listener = socket.create_server((HOST, 0))

    def serve() -> None:
        number = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            script = conversations[min(number, len(conversations) - 1)]
            number += 1
            lines: list[str] = []
            heard.append(lines)
            with connection:
                connection.settimeout(30)
                _follow(connection, script, lines)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        # Wakes the accept, which a close alone does not on every system.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=30)


def _follow(connection: socket.socket, script: Sequence[str], lines: list[str]) -> None:
    with connection.makefile("rb") as stream:
        for step in script:
            if step.startswith("> "):
                connection.sendall(step[2:].encode() + b"\r\n")
                continue
            while line := stream.readline():
                lines.append(line.decode().rstrip("\r\n"))
                if lines[-1] == "." if step == "< ." else lines[-1].upper().startswith(step[2:]):
                    break


GREETING = ("> 220 mail.test", "< EHLO", "> 250 mail.test")
TO_DATA = (*GREETING, "< MAIL", "> 250 OK", "< RCPT", "> 250 OK", "< DATA", "> 354 go on")


def make_mail_settings(port: int, **changes: Any) -> MailSettings:
    """Settings for a server on this port."""
    values: dict[str, Any] = {
        "host": HOST,
        "port": port,
        "security": Security.NONE,
        "user": None,
        "password": None,
        "sender": "hoithi@tinh.test",
        "sender_name": "Ban Tổ chức",
        "per_minute": 6000,
    }
    return MailSettings(**{**values, **changes})
