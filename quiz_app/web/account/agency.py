"""Signing in through an agency's identity provider (OpenID Connect), where the settings name one.

The authorisation code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636, RFC 9700), by Authlib. What
the provider says is believed for one thing only: the name of an account that is there already.
"""

from __future__ import annotations

import logging
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, redirect, url_for
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from quiz_app.config import AgencySettings
from quiz_app.domain.errors import AgencySignInFailed, NotFound
from quiz_app.services.people import sign_in_from_agency
from quiz_app.web.account import bp
from quiz_app.web.account.people import find_home
from quiz_app.web.identity import begin_session, get_address, get_now, get_settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: neither "none" nor one under the shared secret."""


@bp.get("/sign-in/agency")
def begin_agency_sign_in() -> Response:
    """Go to the provider. No form: the content policy lets forms go to this site only."""
    client, _ = _find_client()
    try:
        answer: Response = client.authorize_redirect(url_for("account.end_agency_sign_in", _external=True))
    except (requests.RequestException, OAuthError, ValueError, RuntimeError) as error:
        log.warning("the identity provider cannot be reached: %s", type(error).__name__)
        raise AgencySignInFailed from error
    return answer


@bp.get("/sign-in/agency/back")
def end_agency_sign_in() -> Response:
    """Come back from the provider with its word, and be signed in."""
    client, agency = _find_client()
    try:
        _restrict_algorithms(client.load_server_metadata())
        token = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "values": [agency.issuer, f"{agency.issuer}/"]},
                "aud": {"essential": True, "values": [agency.client_id]},
                "sub": {"essential": True},
                "exp": {"essential": True},
            }
        )
        claims: dict[str, Any] = token["userinfo"]
        name = claims.get(agency.claim) or client.userinfo(token=token).get(agency.claim)
    except (OAuthError, JoseError, requests.RequestException, KeyError, ValueError, RuntimeError) as error:
        # Only the kind: descriptions may hold names, codes and tokens.
        log.warning("sign-in through the identity provider failed: %s", type(error).__name__)
        raise AgencySignInFailed from error
    if not isinstance(name, str):
        raise AgencySignInFailed
    person = sign_in_from_agency(name=name[:120], address=get_address(), now=get_now())
    begin_session(person)
    return redirect(url_for(find_home(person)))


def _find_client() -> tuple[Any, AgencySettings]:
    """The client of this application. Raises NotFound where the settings name no provider."""
    agency = get_settings().agency
    if agency is None:
        raise NotFound
    client = current_app.extensions.get("agency_client")
    if client is None:
        client = current_app.extensions["agency_client"] = _make_client(
            current_app._get_current_object(),  # type: ignore[attr-defined]
            agency,
        )
    return client, agency


def _make_client(app: Flask, agency: AgencySettings) -> Any:
    return OAuth(app).register(  # type: ignore[no-untyped-call]
        "agency",
        client_id=agency.client_id,
        client_secret=agency.client_secret,
        server_metadata_url=f"{agency.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )


def _restrict_algorithms(metadata: dict[str, Any]) -> None:
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]
