"""Signing in by OpenID Connect, without I/O.

Each act is a generator: it yields what is to be asked and is sent the answer.
`adapters.sign_on` drives it over HTTP; the tests drive it with lists of answers.
Authorization code with PKCE (RFC 7636, S256), state, nonce and RFC 9207 `iss`; the
redirect goes to a loopback port (RFC 8252). How the reader meets the provider is not
decided here: an `Authorize` is answered by a browser or by `protocols.login_form`.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import field, frozen

from workstation.errors import SignInFailed
from workstation.protocols.id_token import (
    FRESH,
    Client,
    Identity,
    identity,
    identity_claims,
    key_set,
)
from workstation.protocols.oidc_provider import Provider, discover
from workstation.protocols.oidc_tokens import Tokens, refused, tokens_of
from workstation.protocols.web import Answer, Request, form
from workstation.text import tr


@frozen
class Randoms:
    """The unguessable values of one sign-in."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def fresh(cls) -> "Randoms":
        return cls(*(secrets.token_urlsafe(48) for _ in range(3)))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


@frozen
class Session:
    provider: Provider
    tokens: Tokens
    identity: Identity


@frozen
class Authorize:
    """Let the reader meet the provider at `url`; answered with the redirected address."""

    url: str
    redirect_uri: str


Act = Generator[Request | Authorize, Answer | str, Session]


def sign_in(client: Client, redirect_uri: str, randoms: Randoms, now: datetime) -> Act:
    """A new session. `now` is used where the provider does not send a Date."""
    provider = yield from _asking(discover(client.issuer))
    extra = {"prompt": "consent"} if "offline_access" in client.scopes.split() else {}
    return (yield from _by_code(client, provider, redirect_uri, randoms, now, extra))


def step_up(
    client: Client, session: Session, redirect_uri: str, randoms: Randoms, now: datetime
) -> Act:
    """Authenticate again, now, as the same reader; for one signature."""
    again = Client(client.issuer, client.client_id, without_offline(client.scopes))
    extra = {"prompt": "login", "max_age": "0"}
    renewed = yield from _by_code(again, session.provider, redirect_uri, randoms, now, extra)
    need_same_reader(session, renewed)
    return renewed


def need_same_reader(session: Session, renewed: Session) -> None:
    """Raises SignInFailed where somebody else authenticated."""
    if renewed.identity.subject != session.identity.subject:
        raise SignInFailed(tr("somebody else signed in; the signature needs the same reader"))


def without_offline(scopes: str) -> str:
    """The scopes of a sign-in that is not to last."""
    return " ".join(scope for scope in scopes.split() if scope != "offline_access")


def _asking(act: Generator[Request, Answer, Any]) -> Generator[Any, Any, Any]:
    return (yield from act)


def _by_code(
    client: Client,
    provider: Provider,
    redirect_uri: str,
    randoms: Randoms,
    now: datetime,
    extra: Mapping[str, str],
) -> Act:
    url = authorization_url(client, provider, redirect_uri, randoms, extra)
    redirected = yield Authorize(url, redirect_uri)
    assert isinstance(redirected, str)
    code = code_from(redirected, redirect_uri, provider, randoms.state)
    answer = yield form(
        provider.token_endpoint,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": client.client_id,
            "code_verifier": randoms.verifier,
        },
    )
    assert isinstance(answer, Answer)
    tokens, found = tokens_of(answer, "")
    keys = yield Request("GET", provider.jwks_uri)
    assert isinstance(keys, Answer)
    claims = identity_claims(
        str(found.get("id_token", "")), key_set(keys), client, randoms.nonce, answer.date or now
    )
    fresh_after = (answer.date or now) - FRESH if "max_age" in extra else None
    return Session(provider, tokens, identity(claims, fresh_after))


def authorization_url(
    client: Client,
    provider: Provider,
    redirect_uri: str,
    randoms: Randoms,
    extra: Mapping[str, str],
) -> str:
    """Where the reader is sent."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": redirect_uri,
            "scope": client.scopes,
            "state": randoms.state,
            "nonce": randoms.nonce,
            "code_challenge": randoms.challenge,
            "code_challenge_method": "S256",
            **extra,
        }
    )
    joiner = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return f"{provider.authorization_endpoint}{joiner}{query}"


def code_from(redirected: str, redirect_uri: str, provider: Provider, state: str) -> str:
    """The code in the redirected address, if it is the answer to our question."""
    if redirected.split("?", 1)[0] != redirect_uri:
        raise SignInFailed(tr("the sign-in service sent the reader elsewhere"))
    query = {name: values[0] for name, values in parse_qs(urlsplit(redirected).query).items()}
    if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
        raise SignInFailed(tr("the answer does not belong to this sign-in (state)"))
    named = query.get("iss")
    if (named is None and provider.names_itself) or (named and named != provider.issuer):
        raise SignInFailed(tr("the answer comes from another sign-in service (iss)"))
    if "error" in query:
        raise SignInFailed(refused(query))
    if not query.get("code"):
        raise SignInFailed(tr("the sign-in service sent no code"))
    return query["code"]


def resume(
    client: Client, refresh_token: str, now: datetime
) -> Generator[Request, Answer, Session]:
    """A session from the refresh token of an earlier run; the identity is signed anew.

    Without an ID token in the answer (OpenID Connect Core 12.2 leaves it open) nobody knows
    who comes back, and the reader is asked.
    """
    provider = yield from discover(client.issuer)
    answer = yield form(
        provider.token_endpoint,
        {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": client.client_id,
        },
    )
    tokens, found = tokens_of(answer, refresh_token)
    keys = yield Request("GET", provider.jwks_uri)
    token = str(found.get("id_token", ""))
    claims = identity_claims(token, key_set(keys), client, None, answer.date or now)
    return Session(provider, tokens, identity(claims, None))
