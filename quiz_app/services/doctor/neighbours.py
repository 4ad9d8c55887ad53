"""Servers beside the engine."""

from __future__ import annotations

from io import BytesIO

from quiz_app.config import Settings
from quiz_app.domain.diagnosis import Finding, Level
from quiz_app.mailing import ServerTrouble, open_session
from quiz_app.services.starting import CannotStart, check_redis
from quiz_app.virus_scanner import ScannerFailed, scan


def examine_redis(settings: Settings) -> list[Finding]:
    """Whether Redis answers, where one is named."""
    if settings.redis_url is None:
        said = "none: each process counts for itself"
        if settings.workers == 1:
            return [Finding(Level.OK, "Redis", said)]
        remedy = "Set REDIS_URL, so that limits and figures are shared by the processes."
        return [Finding(Level.WARNING, "Redis", said, remedy)]
    try:
        trouble = check_redis(settings)
    except CannotStart as error:
        return [Finding(Level.FAULT, "Redis", str(error), "The server does not start with this.")]
    if trouble:
        said = "does not answer; the engine works without it, with limits counted in each process"
        return [Finding(Level.WARNING, "Redis", said, "Start Redis, or leave REDIS_URL out.")]
    return [Finding(Level.OK, "Redis", "answers")]


def examine_mail(settings: Settings) -> list[Finding]:
    """Whether the mail server lets the engine in, protected and signed in as the settings say; no letter is sent."""
    mail = settings.mail
    if mail is None:
        return [Finding(Level.OK, "mail", "none is set: nothing is sent")]
    where = f"{mail.host} port {mail.port}"
    try:
        with open_session(mail):
            said = f"{where} lets us in (SMTP_SECURITY={mail.security}{', signed in' if mail.user else ''})"
    except ServerTrouble as error:
        remedy = "Check SMTP_HOST, SMTP_PORT, SMTP_SECURITY, the account, and the firewall."
        return [Finding(Level.WARNING, "mail", f"{where} cannot be used: {error}", remedy)]
    findings = [Finding(Level.OK, "mail", said)]
    if settings.site_address is None:
        remedy = "Set SITE_ADDRESS to how the site is reached from outside, such as https://thi.example.vn."
        findings.append(
            Finding(
                Level.WARNING, "SITE_ADDRESS", "none: a letter gives the address by which whoever wrote it came", remedy
            )
        )
    return findings


def examine_scanner(settings: Settings) -> list[Finding]:
    """Whether clamd answers, and tells a file without a virus from one."""
    address = settings.clamd
    if address is None:
        return [Finding(Level.OK, "antivirus", "none is set: files of initiatives are not looked at")]
    try:
        virus = scan(address, BytesIO(b"written by the doctor"))
    except ScannerFailed as error:
        remedy = "Start clamd (it loads its signatures for a minute), and check CLAMD_ADDRESS and the socket's mode."
        return [Finding(Level.WARNING, "antivirus", str(error), remedy)]
    if virus is not None:
        said = f"{address} calls a harmless text “{virus}”"
        return [Finding(Level.WARNING, "antivirus", said, "Look at clamd's signatures.")]
    return [Finding(Level.OK, "antivirus", f"{address} answers")]
