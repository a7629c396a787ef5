"""Device authorization of the demo's identity provider (RFC 8628): a code, entered elsewhere."""

import html
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from attrs import define
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from workstation.demo.login_page import page
from workstation.demo.sites import CLIENT_ID, Person, person

GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
#: No vowels, so that no code is a word; no letters that are read for others.
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_LIFE: Final = timedelta(minutes=10)
_PACE_S: Final = 1
_NO_STORE: Final = {"Cache-Control": "no-store"}


@define
class Pending:
    """One device that waits; `person` once somebody has signed in for it."""

    user_code: str
    scope: str
    at: datetime
    person: Person | None = None
    signed_in: datetime | None = None
    refused: bool = False
    asked: datetime | None = None


class Devices:
    """The devices that wait at one issuer."""

    def __init__(self, site: str, issuer: str, now: Callable[[], datetime]) -> None:
        self._site = site
        self._issuer = issuer
        self._now = now
        self._waiting: dict[str, Pending] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/device_authorization", self._begins, methods=["POST"]),
            Route("/device", self._page, methods=["GET", "POST"]),
        ]

    def begin(self, scope: str) -> dict[str, Any]:
        """The answer of the device authorization endpoint."""
        device = secrets.token_urlsafe(32)
        code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        shown = f"{code[:4]}-{code[4:]}"
        self._waiting[device] = Pending(shown, scope, self._now())
        return {
            "device_code": device,
            "user_code": shown,
            "verification_uri": f"{self._issuer}/device",
            "verification_uri_complete": f"{self._issuer}/device?user_code={shown}",
            "expires_in": int(_LIFE.total_seconds()),
            "interval": _PACE_S,
        }

    def find(self, user_code: str) -> Pending | None:
        """The device of a code as a person types it: small letters and no hyphen will do."""
        plain = "".join(letter for letter in user_code.upper() if letter.isalpha())
        found = (p for p in self._waiting.values() if p.user_code.replace("-", "") == plain)
        return next((p for p in found if self._now() - p.at <= _LIFE), None)

    def asked(self, device_code: str) -> tuple[Pending | None, str]:
        """Who signed in for a device, or the error its question is answered with."""
        pending, now = self._waiting.get(device_code), self._now()
        if pending is None:
            return None, "invalid_grant"
        if now - pending.at > _LIFE:
            return None, "expired_token"
        if pending.refused:
            return None, "access_denied"
        before, pending.asked = pending.asked, now
        if pending.person is None:
            hasty = before is not None and now - before < timedelta(seconds=_PACE_S * 0.8)
            return None, "slow_down" if hasty else "authorization_pending"
        del self._waiting[device_code]
        return pending, ""

    async def _begins(self, request: Request) -> Response:
        form = await posted(request)
        if form.get("client_id") != CLIENT_ID:
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse(self.begin(form.get("scope", "")), headers=_NO_STORE)

    async def _page(self, request: Request) -> Response:
        """What the reader opens on a telephone; always asks for the password."""
        if request.method == "GET":
            shown = _fields(f"{self._issuer}/device", dict(request.query_params))
            return HTMLResponse(page(self._site, form=shown))
        entered = await posted(request)
        pending = self.find(entered.get("user_code", ""))
        who = person(entered.get("username", "").strip())
        given = entered.get("password", "").encode()
        if who is None or not secrets.compare_digest(who.password.encode(), given):
            return HTMLResponse(page(self._site, error="Name or password is not right."), 401)
        if pending is None:
            return HTMLResponse(page(self._site, error="This code is not known here."), 400)
        pending.person, pending.signed_in = who, self._now()
        return HTMLResponse(page(self._site, error="Signed in. Go back to the workstation."))


async def posted(request: Request) -> dict[str, str]:
    """An urlencoded form; read by hand, for Starlette's own reader needs another package."""
    return dict(
        parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    )


def _fields(action: str, query: Mapping[str, str]) -> str:
    """Where the code is entered, with the password of whoever enters it."""
    code = html.escape(query.get("user_code", ""), quote=True)
    return (
        f'<form method="post" action="{html.escape(action)}">'
        f'<label>Code <input name="user_code" value="{code}" required></label>'
        '<label>Name <input name="username" required></label>'
        '<label>Password <input name="password" type="password" required></label>'
        '<button type="submit">Sign in</button></form>'
    )
