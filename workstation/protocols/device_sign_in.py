"""Signing in where no browser can be opened: by a code on another device (RFC 8628), without I/O.

As in `protocols.oidc` an act is a generator that yields what is to be asked; here it also
yields what the reader is to be shown, and how long to wait before asking again.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from workstation.errors import SignInFailed, SiteUnavailable
from workstation.protocols import oidc
from workstation.protocols.id_token import FRESH, Client, identity, identity_claims, key_set
from workstation.protocols.oidc_provider import Provider, discover
from workstation.protocols.oidc_tokens import tokens_of
from workstation.protocols.web import Answer, Request, form
from workstation.settings import is_loopback
from workstation.text import tr

_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
#: RFC 8628 3.2 and 3.5: where the service names no pace, and how much slower it may ask for.
_INTERVAL_S: Final = 5.0
_SLOWER_S: Final = 5.0
_LONGEST_S: Final = 60.0
_MOST_ASKED: Final = 1000


@frozen
class EnterCode:
    """Let the reader open `address` on any device and enter `code` there."""

    code: str = field(repr=False)
    address: str
    seconds: float


@frozen
class Pause:
    """Wait before the next question."""

    seconds: float


Act = Generator[Request | EnterCode | Pause, Answer | None, oidc.Session]
Step = Generator[Any, Any, Any]


def sign_in(client: Client, now: datetime) -> Act:
    """A new session."""
    provider = yield from _found(client)
    return (yield from _by_code(client, provider, now, {}))


def step_up(client: Client, session: oidc.Session, now: datetime) -> Act:
    """The same reader authenticates again, now."""
    again = Client(client.issuer, client.client_id, oidc.without_offline(client.scopes))
    fresh = {"prompt": "login", "max_age": "0"}
    renewed = yield from _by_code(again, session.provider, now, fresh)
    oidc.need_same_reader(session, renewed)
    return renewed


def _found(client: Client) -> Step:
    return (yield from discover(client.issuer))


def _by_code(client: Client, provider: Provider, now: datetime, extra: Mapping[str, str]) -> Act:
    if not provider.device_endpoint:
        raise SignInFailed(
            tr("no browser can be opened here, and the sign-in service offers no code instead")
        )
    asked = yield form(
        provider.device_endpoint, {"client_id": client.client_id, "scope": client.scopes, **extra}
    )
    assert asked is not None
    shown, device_code, pace = _shown(asked)
    yield shown
    answer = yield from _waited(client, provider, device_code, pace, shown.seconds)
    tokens, found = tokens_of(answer, "")
    keys = yield Request("GET", provider.jwks_uri)
    assert keys is not None
    claims = identity_claims(
        str(found.get("id_token", "")), key_set(keys), client, None, answer.date or now
    )
    fresh_after = (asked.date or now) - FRESH if extra else None
    return oidc.Session(provider, tokens, identity(claims, fresh_after))


def _shown(answer: Answer) -> tuple[EnterCode, str, float]:
    if answer.status != 200:
        raise SiteUnavailable(tr("the sign-in service answered {status}", status=answer.status))
    found = answer.json()
    address, code, device = (
        str(found.get(name) or "") for name in ("verification_uri", "user_code", "device_code")
    )
    secure = address.startswith("https://") or is_loopback(address)
    if not (secure and code.isprintable() and code and device):
        raise SignInFailed(tr("the sign-in service sent no usable code"))
    pace = _number(found.get("interval"), _INTERVAL_S)
    return EnterCode(code, address, _number(found.get("expires_in"), 600.0)), device, pace


def _number(value: object, otherwise: float) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return float(value) if usable else otherwise  # type: ignore[arg-type]


def _waited(
    client: Client, provider: Provider, device_code: str, pace: float, seconds: float
) -> Step:
    """Ask until the reader has entered the code, at the pace the service allows."""
    question = {
        "grant_type": _GRANT, "device_code": device_code, "client_id": client.client_id,
    }  # fmt: skip
    left = seconds
    for _ in range(_MOST_ASKED):
        pace = min(pace, _LONGEST_S)
        yield Pause(pace)
        left -= pace
        answer = yield form(provider.token_endpoint, question)
        match _error(answer):
            case "authorization_pending":
                pass
            case "slow_down":
                pace += _SLOWER_S
            case "access_denied":
                raise SignInFailed(tr("the sign-in was refused on the other device"))
            case "expired_token":
                break
            case _:
                return answer
        if left <= 0:
            break
    raise SignInFailed(tr("nobody entered the code in time"))


def _error(answer: Answer) -> str:
    if answer.status != 400:
        return ""
    try:
        return str(answer.json().get("error", ""))
    except SiteUnavailable:
        return ""
