"""Settings that would let somebody in, or that fit a trial and not a contest."""

from __future__ import annotations

from quiz_app.config import Settings
from quiz_app.domain.diagnosis import Finding, Level, judge

LOOPBACK = ("127.0.0.1", "::1", "localhost")
FEWEST_LETTERS = 12
"""Different characters in a key of 32 or more; one made at random has more, one typed by a hand on a table has not."""


def examine_settings(settings: Settings) -> list[Finding]:
    """Key, encryption, proxies, and what runs in the background."""
    key = settings.secret_key
    is_public = settings.host not in LOOPBACK or settings.trusted_proxies > 0
    return [
        judge(
            "SECRET_KEY",
            is_right=len(set(key)) >= FEWEST_LETTERS,
            said=f"{len(key)} characters, {len(set(key))} different ones",
            remedy="Leave SECRET_KEY out to have one made, or make one: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        ),
        judge(
            "HTTPS",
            is_right=settings.is_https,
            said="on: cookies travel encrypted only" if settings.is_https else "off: passwords and cookies can be read",
            remedy="Put a proxy with TLS in front (deploy/nginx.conf) and set HTTPS=yes.",
            level=Level.FAULT if is_public else Level.WARNING,
        ),
        _examine_proxies(settings),
        judge(
            "DEMONSTRATION",
            is_right=not settings.loads_demonstration,
            said="yes: an empty database is filled with the demonstration" if settings.loads_demonstration else "no",
            remedy="Set DEMONSTRATION=no.",
            level=Level.WARNING,
        ),
        judge(
            "SWEEP_SECONDS",
            is_right=settings.sweep_seconds > 0,
            said=f"{settings.sweep_seconds} s" if settings.sweep_seconds else "0: nothing is closed in the background",
            remedy="Set SWEEP_SECONDS=5.",
            level=Level.WARNING,
        ),
    ]


def _examine_proxies(settings: Settings) -> Finding:
    name, count = "TRUSTED_PROXIES", settings.trusted_proxies
    if settings.is_https and count == 0:
        said = "0 behind TLS: everybody seems to come from the proxy's address, and shares its limit of failed sign-ins"
        return Finding(Level.WARNING, name, said, "Set TRUSTED_PROXIES=1 if one proxy stands in front.")
    if count and settings.host not in LOOPBACK:
        said = f"{count}, while HOST is {settings.host}: whoever goes past the proxy can claim any address"
        remedy = "Set HOST=127.0.0.1, or let the firewall pass the proxy alone."
        return Finding(Level.WARNING, name, said, remedy)
    return Finding(Level.OK, name, str(count))
