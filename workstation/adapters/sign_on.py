"""One reader's session with one identity provider.

Sites of the same provider share it. Tokens live in this object's memory alone, but for the
refresh token where the sites allow it to stay in the keyring (`kept`). Where this machine has
no browser the reader enters a code on another device; `show` tells it. One thread refreshes at
a time: with rotating refresh tokens a second one would end the session (docs/conformance.md).
"""

import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, Final

from workstation.adapters.browser import LoopbackListener
from workstation.adapters.http import Limits, Wire
from workstation.adapters.kept_sign_in import KeptSignIn
from workstation.errors import NoBrowser, SignInFailed, SiteUnavailable
from workstation.protocols import device_sign_in, oidc
from workstation.protocols.device_sign_in import EnterCode, Pause
from workstation.protocols.id_token import Client, Identity
from workstation.protocols.login_form import fill_in
from workstation.protocols.oidc_tokens import Tokens, refresh, revoke
from workstation.protocols.web import Answer, Request
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import KEPT, Credentials
from workstation.settings import is_loopback
from workstation.text import tr

log = logging.getLogger("sign-in")

#: A token is renewed when this part of its life is over.
_RENEW_AFTER: Final = 0.8
#: Where a form-filling sign-in would be sent; nobody listens, the address is enough.
_NOWHERE: Final = "http://127.0.0.1:49152/callback"
_MOST_BYTES: Final = 1024 * 1024


class SignOn:
    """Signs in, renews, steps up, signs out. Safe to use from any worker thread."""

    def __init__(
        self,
        client: Client,
        limits: Limits,
        clock: Clock,
        *,
        listener: Callable[[], LoopbackListener] = LoopbackListener,
        show: Callable[[EnterCode | None], None] = lambda _code: None,
        sleep: Callable[[float], None] = time.sleep,
        kept: KeptSignIn | None = None,
    ) -> None:
        self._client = client
        self._kept = kept
        self._limits = limits
        self._clock = clock
        self._listener = listener
        self._show = show
        self._sleep = sleep
        self._door = threading.Lock()  # one sign-in at a time; the reader may take minutes
        self._lock = threading.RLock()  # the session; held for a renewal at most
        self._session: oidc.Session | None = None
        self._since = 0.0
        self._renew_at = 0.0
        self._ends_at = 0.0

    @property
    def identity(self) -> Identity | None:
        session = self._session
        return session.identity if session else None

    def sign_in(self, credentials: Credentials | None) -> Identity:
        """With credentials a loopback issuer's form is filled in; else by browser."""
        asked_at = self._clock.monotonic()
        with self._door:
            known = self._session
            if known is not None and self._since >= asked_at:
                return known.identity  # another site of this provider was quicker
            session = self._resumed() if credentials is KEPT else self._met(credentials)
            with self._lock:
                self._session = session
                self._since = self._clock.monotonic()
                self._started(session.tokens)
        log.info("signed in")
        return session.identity

    def _met(self, credentials: Credentials | None) -> oidc.Session:
        return self._meet(
            credentials,
            self._sign_in_act,
            lambda: device_sign_in.sign_in(self._client, self._clock.now()),
        )

    def _resumed(self) -> oidc.Session:
        """From what the keyring keeps; what the provider does not take is forgotten."""
        token = self._kept.get() if self._kept is not None else ""
        if not token or self._kept is None:
            raise SignInFailed(tr("Sign in to see this site."))
        try:
            resumed: oidc.Session = self._ask(oidc.resume(self._client, token, self._clock.now()))
        except SignInFailed:
            self._kept.forget()
            raise
        return resumed

    def step_up(self, credentials: Credentials | None) -> Identity:
        """The same reader authenticates again, now. The session stays as it was."""
        session = self._need()
        return self._meet(
            credentials,
            lambda redirect_uri: oidc.step_up(
                self._client, session, redirect_uri, oidc.Randoms.fresh(), self._clock.now()
            ),
            lambda: device_sign_in.step_up(self._client, session, self._clock.now()),
        ).identity

    def sign_out(self) -> None:
        """Forget the session, and tell the provider where it can be told."""
        with self._lock:
            session, self._session = self._session, None
            if self._kept is not None:
                self._kept.forget()
            if session is None:
                return
            try:
                self._ask(revoke(session.provider, self._client.client_id, session.tokens))
            except SiteUnavailable as error:
                log.info("the provider was not told of the sign-out: %s", error)

    def access_token(self, *, refused: str = "") -> str:
        """A token to use now; `refused` is the one a site has just answered 401 to."""
        with self._lock:
            session = self._need()
            now = self._clock.monotonic()
            if now >= self._renew_at or session.tokens.access == refused:
                session = self._renewed(session, must=now >= self._ends_at or bool(refused))
            return session.tokens.access

    def _renewed(self, session: oidc.Session, *, must: bool) -> oidc.Session:
        if not session.tokens.refresh:
            if must:
                self._end()
            return session
        try:
            tokens = self._ask(refresh(session.provider, self._client.client_id, session.tokens))
        except SiteUnavailable:
            if must:
                raise
            return session  # still good for a while; the next request tries again
        except SignInFailed:
            self._end()
        self._session = oidc.Session(session.provider, tokens, session.identity)
        self._started(tokens)
        log.info("renewed")
        return self._session

    def _started(self, tokens: Tokens) -> None:
        now, life = self._clock.monotonic(), tokens.life.total_seconds()
        self._renew_at, self._ends_at = now + life * _RENEW_AFTER, now + life
        if self._kept is not None:
            self._kept.keep(tokens.refresh)

    def _end(self) -> None:
        self._session = None
        if self._kept is not None:
            self._kept.forget()
        self._need()

    def _need(self) -> oidc.Session:
        if self._session is None:
            raise SignInFailed(tr("The session has ended. Sign in again."))
        return self._session

    def _sign_in_act(self, redirect_uri: str) -> oidc.Act:
        randoms = oidc.Randoms.fresh()
        return oidc.sign_in(self._client, redirect_uri, randoms, self._clock.now())

    def _meet(
        self,
        credentials: Credentials | None,
        act: Callable[[str], oidc.Act],
        elsewhere: Callable[[], device_sign_in.Act],
    ) -> oidc.Session:
        """By form, by browser, or on another device: whichever there is."""
        if credentials is not None and is_loopback(self._client.issuer):
            return self._run(act(_NOWHERE), lambda step: self._by_form(step, credentials))
        try:
            with self._listener() as listener:
                return self._run(act(listener.redirect_uri), lambda step: listener.meet(step.url))
        except NoBrowser:
            log.info("no browser: by a code on another device")
            return self._on_another_device(elsewhere())

    def _on_another_device(self, act: device_sign_in.Act) -> oidc.Session:
        wire = self._wire()
        try:
            step = next(act)
            while True:
                step = act.send(self._device_step(wire, step))
        except StopIteration as done:
            session: oidc.Session = done.value
            return session
        finally:
            self._show(None)
            wire.close()

    def _device_step(self, wire: Wire, step: Request | EnterCode | Pause) -> Answer | None:
        match step:
            case EnterCode():
                self._show(step)
            case Pause(seconds):
                self._sleep(seconds)
            case _:
                return _send(wire, step)
        return None

    def _by_form(self, step: oidc.Authorize, credentials: Credentials) -> str:
        filled: str = self._ask(
            fill_in(step.url, step.redirect_uri, credentials.user, credentials.password)
        )
        return filled

    def _run(self, act: oidc.Act, meet: Callable[[oidc.Authorize], str]) -> oidc.Session:
        wire = self._wire()
        try:
            step = next(act)
            while True:
                reply = meet(step) if isinstance(step, oidc.Authorize) else _send(wire, step)
                step = act.send(reply)
        except StopIteration as done:
            session: oidc.Session = done.value
            return session
        finally:
            wire.close()

    def _ask(self, act: Generator[Request, Answer, Any]) -> Any:
        wire = self._wire()
        try:
            request = next(act)
            while True:
                request = act.send(_send(wire, request))
        except StopIteration as done:
            return done.value
        finally:
            wire.close()

    def _wire(self) -> Wire:
        # One per act: its cookies are those of one visit to the provider.
        return Wire(tr("The sign-in service"), self._client.issuer, self._limits)


def _send(wire: Wire, request: Request) -> Answer:
    return wire.send(request, _MOST_BYTES)
