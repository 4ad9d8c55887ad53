"""Handing letters to a mail server (SMTP, RFC 5321), and telling apart what may have become of each.

The steps of a transaction are taken one by one, because what a broken connection means depends on the step: before the
end of the letter's text the server must not deliver it; after the end, and before the answer, nobody can know.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from types import TracebackType

from quiz_app.domain.letters import OutgoingLetter, is_usable_address

CONNECT_SECONDS = 20
"""How long the server may take to answer, at each step; RFC 5321 allows minutes, in which nothing else would go out."""


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server of the office. ``sender`` is the address in From, ``sender_name`` the name before it, may be "".

    ``per_minute`` is how many letters are begun within any minute, by all processes together.
    """

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    sender_name: str
    per_minute: int


class ServerTrouble(Exception):  # noqa: N818 - named for what it says
    """The server cannot be reached or takes nothing from us: no letter was concerned. The text says what it was."""


class PutOff(Exception):  # noqa: N818
    """The server does not take this letter now (4xx), or the connection broke before the letter was complete."""


class Refused(Exception):  # noqa: N818
    """The server never takes this letter (5xx)."""


class CutOff(Exception):  # noqa: N818
    """The connection broke after the letter was complete and before the answer: it may have been taken."""


class MailSession:
    """A connection to the server, for several letters: ``with open_session(settings) as session``."""

    def __init__(self, server: smtplib.SMTP, settings: MailSettings) -> None:
        self._server = server
        self._settings = settings
        self.is_usable = True
        """Whether another letter may be given to it."""

    def __enter__(self) -> MailSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if self.is_usable:
                self._server.quit()
        self._server.close()

    def send(self, letter: OutgoingLetter) -> None:
        """Give the letter to the server, which takes it on. Raises ServerTrouble, PutOff, Refused, CutOff."""
        content = make_message(letter, self._settings).as_bytes()
        try:
            self._announce(letter)
            self._hand_over(content)
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            # Within the steps a wrong answer is no exception: this is a connection that is gone.
            self.is_usable = False
            raise PutOff(_describe(error)) from None

    def _announce(self, letter: OutgoingLetter) -> None:
        code, reply = self._server.mail(self._settings.sender)
        if code // 100 == 5:
            # About us, and not about the letter.
            self.is_usable = False
            raise ServerTrouble(_join(code, reply))
        self._check(code, reply)
        code, reply = self._server.rcpt(letter.address)
        self._check(code, reply)
        code, reply = self._server.docmd("DATA")
        self._check(code, reply, wanted=3)

    def _hand_over(self, content: bytes) -> None:
        # Lines that begin with a full stop get a second one (RFC 5321, 4.5.2); the policy has made line ends CRLF.
        lines = content.replace(b"\r\n.", b"\r\n..")
        if lines.startswith(b"."):
            lines = b"." + lines
        self._server.send(lines if lines.endswith(b"\r\n") else lines + b"\r\n")
        try:
            self._server.send(b".\r\n")
            code, reply = self._server.getreply()
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            self.is_usable = False
            raise CutOff(_describe(error)) from None
        self._check(code, reply)

    def _check(self, code: int, reply: bytes, *, wanted: int = 2) -> None:
        if code // 100 == wanted:
            return
        if code in (421, -1):
            self.is_usable = False
        else:
            # The next letter begins afresh.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._server.rset()
        raise Refused(_join(code, reply)) if code // 100 == 5 else PutOff(_join(code, reply))


def open_session(settings: MailSettings) -> MailSession:
    """Connect, protect the connection and sign in, as the settings say. Raises ServerTrouble."""
    server: smtplib.SMTP | None = None
    try:
        server = _connect(settings)
        if settings.user and settings.password:
            server.login(settings.user, settings.password)
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        if server is not None:
            server.close()
        raise ServerTrouble(_describe(error)) from None
    return MailSession(server, settings)


def _connect(settings: MailSettings) -> smtplib.SMTP:
    if settings.security is Security.TLS:
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=CONNECT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=CONNECT_SECONDS)
    with _closing_on_error(server):
        server.ehlo_or_helo_if_needed()
        if settings.security is Security.STARTTLS:
            # Raises where the server has none: nothing goes over an open line that was to be protected.
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
    return server


@contextlib.contextmanager
def _closing_on_error(server: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        server.close()
        raise


def make_message(letter: OutgoingLetter, settings: MailSettings) -> EmailMessage:
    """The letter as plain text in UTF-8. Its Message-ID is the same at every try, so that a server or reader that gets
    it twice can tell. Raises Refused for an address that no letter can be sent to.
    """
    if not is_usable_address(letter.address):
        raise Refused("the address cannot be used")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["To"] = Address(" ".join(letter.name.split()), addr_spec=letter.address)
    if letter.reply_to and is_usable_address(letter.reply_to):
        message["Reply-To"] = Address(addr_spec=letter.reply_to)
    message["Subject"] = letter.text.subject
    message["Date"] = letter.made_at
    domain = settings.sender.rpartition("@")[2]
    message["Message-ID"] = f"<letter.{letter.id}@{domain}>"
    # No holiday notices back to a machine (RFC 3834, and what Exchange reads instead).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text.body + "\n", charset="utf-8", cte="quoted-printable")
    return message


def _describe(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _join(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _join(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"
