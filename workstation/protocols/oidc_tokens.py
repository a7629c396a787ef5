"""Tokens of a session: taken from an answer, renewed and given back."""

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any

from attrs import field, frozen

from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols.oidc_provider import Provider
from workstation.protocols.web import Answer, Request, form
from workstation.text import tr


@frozen
class Tokens:
    """Kept in memory alone, never written, never shown."""

    access: str = field(repr=False)
    life: timedelta
    refresh: str = field(default="", repr=False)


def _refusal(answer: Answer) -> str:
    try:
        return refused(answer.json())
    except SiteUnavailable:
        return refused({"error": str(answer.status)})


def refused(found: Mapping[str, Any]) -> str:
    why = str(found.get("error_description") or found.get("error") or "")[:200]
    printable = "".join(letter for letter in why if letter.isprintable())
    return tr("the sign-in service refused: {why}", why=printable)


def refresh(
    provider: Provider, client_id: str, tokens: Tokens
) -> Generator[Request, Answer, Tokens]:
    """The next tokens. The old refresh token is spent: using it twice ends the family."""
    answer = yield form(
        provider.token_endpoint,
        {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh,
            "client_id": client_id,
        },
    )
    return tokens_of(answer, tokens.refresh)[0]


def revoke(provider: Provider, client_id: str, tokens: Tokens) -> Generator[Request, Answer, None]:
    """Tell the provider that the session is over (RFC 7009)."""
    if provider.revocation_endpoint and tokens.refresh:
        values = {
            "token": tokens.refresh,
            "token_type_hint": "refresh_token",
            "client_id": client_id,
        }
        yield form(provider.revocation_endpoint, values)


def tokens_of(answer: Answer, refresh_before: str) -> tuple[Tokens, dict[str, Any]]:
    """The tokens of an answer, and all of what it says; raises where it refuses."""
    if answer.status in (400, 401, 403):
        raise SignInFailed(_refusal(answer))
    if answer.status != 200:
        raise SiteUnavailable(tr("the sign-in service answered {status}", status=answer.status))
    found = answer.json()
    access, life = found.get("access_token"), found.get("expires_in", 300)
    if not isinstance(access, str) or not access or not isinstance(life, int | float):
        raise SiteUnavailable(tr("the sign-in service sent no usable token"))
    if str(found.get("token_type", "")).lower() != "bearer":
        raise SignInFailed(tr("the sign-in service sent a kind of token we cannot use"))
    renewal = found.get("refresh_token")
    keep = renewal if isinstance(renewal, str) and renewal else refresh_before
    return Tokens(access, timedelta(seconds=float(life)), keep), found
