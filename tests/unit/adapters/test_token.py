"""A report signed with a key that never leaves its token: SoftHSM2 plays the token."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from fakes import FakeClock
from fakes_certified import Registry
from fakes_trust import READER, SITE, signed_report, task_resource, verify_report
from pytestqt.qtbot import QtBot

pkcs11 = pytest.importorskip("pkcs11")

from workstation.adapters.pdf_signature import sign_pdf  # noqa: E402
from workstation.adapters.secrets import MemorySecrets  # noqa: E402
from workstation.adapters.token import Pkcs11Token  # noqa: E402
from workstation.domain.identifiers import SiteId  # noqa: E402
from workstation.errors import SigningBlocked  # noqa: E402
from workstation.protocols.report_bundle import bundle, seal  # noqa: E402
from workstation.services.delivery.keys import Keys  # noqa: E402
from workstation.ui.report_pdf import report_pdf  # noqa: E402

pytestmark = pytest.mark.peer

PIN = "493817"
SIGNER = signed_report().signer
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
ELSEWHERE = SiteId("mesa")  # certifies no keys
_PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token with one P-256 key, as a reader would be given it; in a folder of its own."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    tool = shutil.which("softhsm2-util")
    assert tool, "installers/linux/packages-test.txt names softhsm2"
    line = [tool, "--init-token", "--free", "--label", "reader", "--so-pin", "0000", "--pin", PIN]
    subprocess.run(line, check=True, capture_output=True)
    library = next(Path(each) for each in _PLACES if Path(each).exists())
    with (
        pkcs11.lib(str(library))
        .get_token(token_label="reader")
        .open(rw=True, user_pin=PIN) as session
    ):
        curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
        made = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        made.generate_keypair(store=True, label="signing", id=b"\x01")
    yield library
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def desk(module: Path) -> Iterator[Keys]:
    """A reader's keys; left locked, for a token is open to the whole program."""
    keys = Keys(MemorySecrets("a test"), FakeClock(NOW), {SITE}, Pkcs11Token(module, "reader"))
    yield keys
    keys.lock()


def test_a_report_and_its_pdf_are_signed_by_the_token(
    desk: Keys, qtbot: QtBot, tmp_path: Path
) -> None:
    """The site certifies the key of the card; what it signs is trusted like any other."""
    harbor = Registry(NOW)
    desk.unlock(PIN)
    request = desk.wants_certificate(SITE, READER, SIGNER.name)
    assert request is not None
    desk.certify(SITE, READER, harbor.certify(request))
    key, signed = desk.reader(SITE, SIGNER), signed_report()
    pdf = sign_pdf(report_pdf(signed, "Harbor"), signed, key, "Harbor")
    letter = seal(signed, key, effective=NOW, site_name="Harbor", previous="", pdf=pdf)

    verified = verify_report(bundle(letter, task_resource()), [harbor.root])

    assert verified.vouched == "Harbor readers (demo)"
    assert verified.signature.thumbprint == key.thumbprint
    (tmp_path / "signed.pdf").write_bytes(pdf)
    found = shutil.which("pdfsig")
    assert found
    said = subprocess.run([found, str(tmp_path / "signed.pdf")], capture_output=True, text=True)
    assert "Signature is Valid." in said.stdout


def test_the_key_cannot_be_taken_out(desk: Keys) -> None:
    """A copy on the disk would be as good as the card."""
    desk.unlock(PIN)
    key = desk.reader(ELSEWHERE, SIGNER)

    assert not isinstance(key.sign(b"x"), str)
    with pytest.raises(NotImplementedError):
        key.stored()


def test_a_wrong_pin_signs_nothing_and_the_right_one_is_asked_once(desk: Keys) -> None:
    """Tokens count wrong ones: the reader is told, and not tried again with the same."""
    assert desk.asks_pin
    with pytest.raises(SigningBlocked, match="does not accept this PIN"):
        desk.unlock("000000")
    with pytest.raises(SigningBlocked, match="give its PIN"):
        desk.reader(ELSEWHERE, SIGNER)

    desk.unlock(PIN)

    assert not desk.asks_pin
    assert desk.reader(ELSEWHERE, SIGNER).certificate


@pytest.mark.parametrize(
    ("change", "words"),
    [({"label": "another"}, "is not there"), ({"module": Path("/nowhere.so")}, "cannot be used")],
)
def test_a_token_that_is_not_there_is_said_in_words(
    module: Path, change: dict[str, object], words: str
) -> None:
    """The card is in the other coat."""
    given = {"module": module, "label": "reader", **change}
    with pytest.raises(SigningBlocked, match=words):
        Pkcs11Token(**given).unlock(PIN)  # type: ignore[arg-type]


def test_each_reader_signs_with_the_token_under_the_own_name(desk: Keys) -> None:
    """A certificate made for one must not be worn by another."""
    desk.unlock(PIN)
    first = desk.reader(ELSEWHERE, SIGNER)
    second = desk.reader(ELSEWHERE, evolve(SIGNER, id="Practitioner/18", name="Night, Nora"))

    assert first.key is second.key
    assert first.certificate != second.certificate
