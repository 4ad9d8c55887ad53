"""Other servers that the engine speaks to, where they are set: mail, files, virus scanner, identity provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parseaddr
from urllib.parse import urlsplit

from quiz_app.config.settings import AgencySettings, WrongSetting
from quiz_app.config.values import read_number
from quiz_app.domain.letters import is_usable_address
from quiz_app.mailing import MailSettings, Security
from quiz_app.storage import S3Settings
from quiz_app.virus_scanner import ScannerAddress, read_scanner_address


def read_clamd(text: str) -> ScannerAddress | None:
    """Where clamd listens. None where nothing is set."""
    try:
        return read_scanner_address(text.strip()) if text.strip() else None
    except ValueError:
        raise WrongSetting(
            "CLAMD_ADDRESS is the socket of clamd, /run/clamav/clamd.ctl, or its host and port, 127.0.0.1:3310."
        ) from None


def read_s3(environment: Mapping[str, str]) -> S3Settings | None:
    """The bucket that files are kept in. None where nothing is set."""
    names = ("S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    endpoint, bucket, access_key, secret_key = (environment.get(name, "").strip() for name in names)
    if not (endpoint or bucket or access_key or secret_key):
        return None
    if not (endpoint and bucket and access_key and secret_key):
        raise WrongSetting(f"{', '.join(names[:-1])} and {names[-1]} are set together or not at all.")
    parts = urlsplit(endpoint.rstrip("/"))
    # A name without a point is one of the own network: of a machine beside this one, or of a container.
    is_near = parts.hostname == "127.0.0.1" or re.fullmatch(r"[a-z0-9-]+", parts.hostname or "") is not None
    if parts.path or not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_near)):
        raise WrongSetting("S3_ENDPOINT is an address such as https://s3.example.vn, without a path.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise WrongSetting("S3_BUCKET is the name of a bucket: 3 to 63 small letters, digits, points and hyphens.")
    region = environment.get("S3_REGION", "").strip() or "us-east-1"
    return S3Settings(endpoint.rstrip("/"), bucket, access_key, secret_key, region)


def read_agency(environment: Mapping[str, str]) -> AgencySettings | None:
    """The identity provider. None where nothing is set."""
    issuer = environment.get("OIDC_ISSUER", "").strip().rstrip("/")
    client_id = environment.get("OIDC_CLIENT_ID", "").strip()
    client_secret = environment.get("OIDC_CLIENT_SECRET", "").strip()
    if not (issuer or client_id or client_secret):
        return None
    if not (issuer and client_id and client_secret):
        raise WrongSetting("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are set together or not at all.")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise WrongSetting("OIDC_ISSUER is an address that begins with https://.")
    return AgencySettings(
        issuer,
        client_id,
        client_secret,
        claim=environment.get("OIDC_CLAIM", "").strip() or "preferred_username",
        name=environment.get("OIDC_NAME", "").strip() or parts.hostname or issuer,
    )


def read_mail(environment: Mapping[str, str]) -> MailSettings | None:
    """The mail server and the sender of letters. None where nothing is set."""
    host = environment.get("SMTP_HOST", "").strip()
    if not host:
        return None
    security = environment.get("SMTP_SECURITY", "").strip().lower() or "starttls"
    if security not in set(Security):
        raise WrongSetting("SMTP_SECURITY is none, starttls or tls.")
    port = read_number(environment, "SMTP_PORT", 465 if security == "tls" else 587, smallest=1, largest=65_535)
    shown_sender = environment.get("MAIL_FROM", "").strip()
    name, sender = parseaddr(shown_sender)
    if not is_usable_address(sender) or not shown_sender.isprintable():
        raise WrongSetting("MAIL_FROM is the address that letters come from: Ban To chuc <hoithi@tinh.gov.vn>.")
    user, password = environment.get("SMTP_USER", "").strip(), environment.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise WrongSetting("SMTP_USER and SMTP_PASSWORD are set together or not at all.")
    if user and security == "none" and host not in ("127.0.0.1", "::1", "localhost"):
        raise WrongSetting("SMTP_USER needs SMTP_SECURITY=starttls or tls: a password does not go over an open line.")
    return MailSettings(
        host,
        port,
        Security(security),
        user or None,
        password or None,
        sender,
        name,
        per_minute=read_number(environment, "MAIL_PER_MINUTE", 60, smallest=1, largest=6_000),
    )
