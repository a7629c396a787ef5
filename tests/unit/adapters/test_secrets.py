"""Keys go to a keyring that encrypts, or nowhere."""

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backends.chainer import ChainerBackend
from keyring.errors import InitError, KeyringLocked, NoKeyringError

from workstation.adapters import secrets
from workstation.adapters.secrets import KeyringSecrets, MemorySecrets, open_secrets
from workstation.errors import StoreUnavailable


class _Ring(keyring.backend.KeyringBackend):
    """A keyring of the operating system, as far as its name goes."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, error: Exception | None = None, forgetful: bool = False) -> None:
        self.error = error
        self.forgetful = forgetful
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return None if self.forgetful else self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error:
            raise self.error
        self.kept[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.error:
            raise self.error
        del self.kept[(service, username)]


class _Plain(_Ring):
    """What keyrings.alt offers: a text file."""


_Ring.__module__ = "keyring.backends.SecretService"
_Plain.__module__ = "keyrings.alt.file"


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> object:
    def choose(ring: object) -> None:
        monkeypatch.setattr(secrets.keyring, "get_keyring", lambda: ring)

    return choose


def test_a_trusted_keyring_keeps_keys_per_installation(use) -> None:  # type: ignore[no-untyped-def]
    """Two installations of one user must not open each other's store."""
    ring = _Ring()
    use(ring)

    one, two = open_secrets("one"), open_secrets("two")
    one.set("store", "a")

    assert isinstance(one, KeyringSecrets)
    assert one.ram_only == ""
    assert (one.get("store"), two.get("store")) == ("a", None)
    one.forget("store")
    one.forget("store")
    assert ring.kept == {}


@pytest.mark.parametrize(
    "ring",
    [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), _Plain()],
    ids=["none", "null", "plain text"],
)
def test_a_keyring_that_does_not_encrypt_is_none(use, ring: object) -> None:  # type: ignore[no-untyped-def]
    """A key in a text file protects nothing: then nothing is kept at all."""
    use(ring)

    opened = open_secrets("x")

    assert isinstance(opened, MemorySecrets)
    assert opened.ram_only == "this system has no keyring that encrypts"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyringLocked("x"), "the system keyring is locked"),
        (InitError("x"), "the system keyring is locked"),
        (NoKeyringError("x"), "this system has no keyring that encrypts"),
        (RuntimeError("dbus"), "the system keyring does not answer"),
    ],
)
def test_a_keyring_that_says_no_means_memory_and_a_reason(  # type: ignore[no-untyped-def]
    use, error: Exception, reason: str
) -> None:
    """The banner must say why nothing is kept."""
    use(_Ring(error))

    opened = open_secrets("x")

    assert opened.ram_only == reason
    opened.set("store", "a")
    assert opened.get("store") == "a"
    opened.forget("store")
    assert opened.get("store") is None


def test_a_keyring_that_forgets_is_found_out(use) -> None:  # type: ignore[no-untyped-def]
    """Sealing with a key that is lost is losing the report."""
    use(_Ring(forgetful=True))

    assert open_secrets("x").ram_only == "the system keyring does not keep what it is given"


def test_of_a_chain_the_trusted_member_is_used(use, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """A chain may hide a plain-text file behind a good keyring; writes must go to the good."""
    good, plain = _Ring(), _Plain()
    monkeypatch.setattr(ChainerBackend, "backends", [plain, good])
    use(ChainerBackend())

    opened = open_secrets("x")
    opened.set("store", "a")

    assert good.kept
    assert not plain.kept


def test_a_keyring_that_is_locked_later_is_an_error_in_words(use) -> None:  # type: ignore[no-untyped-def]
    """A screen lock may lock the keyring in the middle of a shift."""
    ring = _Ring()
    use(ring)
    opened = open_secrets("x")
    opened.set("store", "a")
    ring.error = KeyringLocked("x")

    for act in (lambda: opened.get("store"), lambda: opened.set("store", "b")):
        with pytest.raises(StoreUnavailable, match="the system keyring is locked"):
            act()
