"""The identity provider of a site: authorization code with PKCE, rotating refresh tokens.

OpenID Connect Core 1.0, RFC 7636 (S256 only), RFC 8252 (loopback redirects), RFC 9207
(`iss`), RFC 9700 (a refresh token used twice ends its family), RFC 7009 (revocation),
RFC 8628 (a code entered on another device: `demo.oidc_device`).
"""

import hashlib
import html
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from attrs import evolve
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from workstation.demo import oidc_device
from workstation.demo.login_page import page
from workstation.demo.oidc_device import posted
from workstation.demo.oidc_identity import (
    SCOPES,
    Asked,
    Family,
    Grant,
    Identity,
    OAuthError,
    Session,
    base64url,
)
from workstation.demo.rules import Caller
from workstation.demo.sites import CLIENT_ID, SiteProfile, person

_CODE_LIFE: Final = timedelta(seconds=60)
_LOGIN_LIFE: Final = timedelta(minutes=10)
_SESSION_LIFE: Final = timedelta(hours=8)
_REDIRECT: Final = re.compile(r"http://(127\.0\.0\.1|\[::1\]):\d{1,5}/callback")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Provider:
    """One issuer. Everything is in memory; a restart signs everybody out."""

    def __init__(
        self,
        site: SiteProfile,
        issuer: str,
        now: Callable[[], datetime],
        token_seconds: Callable[[], int],
    ) -> None:
        self._site = site
        self._issuer = issuer
        self._now = now
        self._token_seconds = token_seconds
        self.identity = Identity(site, issuer, now)
        self._asked: dict[str, Asked] = {}
        self._sessions: dict[str, Session] = {}
        self._codes: dict[str, Grant] = {}
        self._used_codes: dict[str, str] = {}
        self._refresh: dict[str, Grant] = {}
        self._access: dict[str, tuple[Grant, datetime]] = {}
        self._families: dict[str, Family] = {}
        self._devices = oidc_device.Devices(site.name, issuer, now)

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
            Route("/authorize", self._authorize, methods=["GET", "POST"]),
            Route("/login/{ticket}", self._login, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
            *self._devices.routes(),
            Route("/revoke", self._revoke, methods=["POST"]),
            Route("/userinfo", self._userinfo, methods=["GET", "POST"]),
        ]

    def caller(self, request: Request) -> Caller | None:
        """Who holds the bearer token of this request."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant, ends = self._access.get(token, (None, None))
        if scheme.lower() != "bearer" or grant is None or ends is None or ends <= self._now():
            return None
        if not self._families[grant.family].alive:
            return None
        who = grant.session.person
        return Caller(who, f"Practitioner/{self._site.practitioner_id(who)}")

    def expire_access_tokens(self) -> None:
        """As if their time were over: the next request gets 401, refreshing still works."""
        self._access.clear()

    # --- authorization endpoint ----------------------------------------------

    async def _discovery(self, _request: Request) -> Response:
        return JSONResponse(self.identity.metadata())

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(self.identity.keys())

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        if request.method == "POST":
            query = await posted(request)
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID or not _REDIRECT.fullmatch(redirect):
            text = "This client or its redirect address is not known here."
            return HTMLResponse(page(self._site.name, error=text), 400)
        try:
            asked = self._valid(query, redirect)
            session = self._session(request, query)
        except OAuthError as why:
            return self._back(redirect, {"error": why.code, "error_description": why.text}, query)
        if session is not None:
            return self._grant_code(session, asked)
        ticket = secrets.token_urlsafe(24)
        self._asked[ticket] = asked
        return self._form_page(ticket)

    def _valid(self, query: Mapping[str, str], redirect: str) -> Asked:
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "only response_type=code")
        if "openid" not in query.get("scope", "").split():
            raise OAuthError("invalid_scope", "the scope openid is missing")
        challenge = query.get("code_challenge", "")
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise OAuthError("invalid_request", "PKCE with S256 is required")
        if not query.get("state"):
            raise OAuthError("invalid_request", "state is required")
        granted = " ".join(each for each in query["scope"].split() if each in SCOPES)
        nonce = query.get("nonce", "")
        return Asked(redirect, query["state"], nonce, challenge, granted, self._now())

    def _session(self, request: Request, query: Mapping[str, str]) -> Session | None:
        """The sign-in that is still good enough for what was asked, else None."""
        session = self._sessions.get(request.cookies.get(self._cookie, ""))
        prompts = query.get("prompt", "").split()
        age = None if session is None else self._now() - session.auth_time
        limit = query.get("max_age", "")
        too_old = age is not None and limit.isdigit() and age >= timedelta(seconds=int(limit))
        if age is None or age > _SESSION_LIFE or too_old or "login" in prompts:
            if "none" in prompts:
                raise OAuthError("login_required", "nobody is signed in")
            return None
        return session

    @property
    def _cookie(self) -> str:
        return f"demo-{self._site.id}"

    def _form_page(self, ticket: str, error: str = "", status: int = 200) -> Response:
        action = html.escape(f"{self._issuer}/login/{ticket}")
        text = page(self._site.name, action=action, error=error)
        headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}
        return HTMLResponse(text, status, headers)

    async def _login(self, request: Request) -> Response:
        ticket = request.path_params["ticket"]
        asked = self._asked.get(ticket)
        if asked is None or self._now() - asked.at > _LOGIN_LIFE:
            text = "This sign-in took too long. Start it again from the workstation."
            return HTMLResponse(page(self._site.name, error=text), 400)
        form = await posted(request)
        who = person(form.get("username", "").strip())
        given = form.get("password", "").encode()
        if who is None or not secrets.compare_digest(who.password.encode(), given):
            return self._form_page(ticket, "Name or password is not right.", 401)
        del self._asked[ticket]
        session = Session(who, self._now())
        token = secrets.token_urlsafe(24)
        self._sessions[token] = session
        response = self._grant_code(session, asked)
        path = urlsplit(self._issuer).path or "/"
        response.set_cookie(self._cookie, token, path=path, httponly=True, samesite="lax")
        return response

    def _grant_code(self, session: Session, asked: Asked) -> Response:
        code, family = secrets.token_urlsafe(32), secrets.token_urlsafe(12)
        self._families[family] = Family()
        self._codes[code] = Grant(session, asked, family, self._now())
        return self._back(asked.redirect_uri, {"code": code}, {"state": asked.state})

    def _back(self, redirect: str, answer: dict[str, str], query: Mapping[str, str]) -> Response:
        if query.get("state"):
            answer["state"] = query["state"]
        answer["iss"] = self._issuer
        return RedirectResponse(f"{redirect}?{urlencode(answer)}", 302)

    # --- token endpoint ------------------------------------------------------

    async def _token(self, request: Request) -> Response:
        form = await posted(request)
        headers = {"Cache-Control": "no-store"}
        try:
            if form.get("client_id") != CLIENT_ID:
                raise OAuthError("invalid_client", "this client is not known here")
            match form.get("grant_type"):
                case "authorization_code":
                    grant = self._by_code(form)
                case "refresh_token":
                    grant = self._by_refresh(form)
                case oidc_device.GRANT:
                    grant = self._by_device(form)
                case _:
                    raise OAuthError("unsupported_grant_type", "code, device or refresh only")
        except OAuthError as why:
            body = {"error": why.code, "error_description": why.text}
            return JSONResponse(body, 401 if why.code == "invalid_client" else 400, headers)
        return JSONResponse(self._tokens(grant), headers=headers)

    def _by_code(self, form: Mapping[str, str]) -> Grant:
        code = form.get("code", "")
        if code in self._used_codes:
            self._families[self._used_codes[code]].alive = False
            raise OAuthError("invalid_grant", "this code was used before; its tokens are ended")
        grant = self._codes.pop(code, None)
        if grant is None or self._now() - grant.at > _CODE_LIFE:
            raise OAuthError("invalid_grant", "this code is not valid")
        self._used_codes[code] = grant.family
        if form.get("redirect_uri") != grant.asked.redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri is not the one of the request")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not secrets.compare_digest(base64url(digest), grant.asked.challenge):
            raise OAuthError("invalid_grant", "code_verifier does not fit the challenge")
        return grant

    def _by_device(self, form: Mapping[str, str]) -> Grant:
        pending, error = self._devices.asked(form.get("device_code", ""))
        if pending is None or pending.person is None or pending.signed_in is None:
            raise OAuthError(error, "the code was not entered yet, or is not valid any more")
        family = secrets.token_urlsafe(12)
        self._families[family] = Family()
        scope = " ".join(each for each in pending.scope.split() if each in SCOPES)
        asked = Asked("", "", "", "", scope, pending.at)
        session = Session(pending.person, pending.signed_in)
        return Grant(session, asked, family, self._now())

    def _by_refresh(self, form: Mapping[str, str]) -> Grant:
        token = form.get("refresh_token", "")
        grant = self._refresh.get(token)
        if grant is None:
            raise OAuthError("invalid_grant", "this refresh token is not valid")
        family = self._families[grant.family]
        if not secrets.compare_digest(family.refresh, token):
            family.alive = False
            raise OAuthError("invalid_grant", "this refresh token was used; its family is ended")
        if not family.alive:
            raise OAuthError("invalid_grant", "this sign-in was ended")
        return grant

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        life = self._token_seconds()
        family = self._families[grant.family]
        access = secrets.token_urlsafe(32)
        self._access[access] = (grant, self._now() + timedelta(seconds=life))
        family.access.add(access)
        answer: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": life,
            "scope": grant.asked.scope,
            "id_token": self.identity.token(grant, access),
        }
        if "offline_access" in grant.asked.scope.split():
            refresh = secrets.token_urlsafe(32)
            self._refresh[refresh] = evolve(grant, at=self._now())
            family.refresh = refresh
            answer["refresh_token"] = refresh
        return answer

    async def _revoke(self, request: Request) -> Response:
        """RFC 7009: the whole family ends; an unknown token is no error."""
        token = (await posted(request)).get("token", "")
        grant = self._refresh.get(token) or self._access.get(token, (None,))[0]
        if grant is not None:
            self._families[grant.family].alive = False
        return Response(status_code=200)

    async def _userinfo(self, request: Request) -> Response:
        caller = self.caller(request)
        if caller is None:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return JSONResponse({"error": "invalid_token"}, 401, headers)
        return JSONResponse(self.identity.claims(caller.person))
