"""A good signature shows that somebody signed; who that is, only a certificate says."""

import base64
import contextlib
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from fakes_certified import Registry
from fakes_trust import signed_report, task_resource, verify_report

from workstation.errors import VerificationFailed
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signing_key import SigningKey, new_key
from workstation.protocols.trust import check_trust, roots_from

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
HARBOR = Registry(NOW)
WHO = ("Practitioner/17", "Sample, Jo")


def _bundle(key: SigningKey) -> bytes:
    letter = seal(signed_report(), key, effective=NOW, site_name="Harbor", previous="")
    return bundle(letter, task_resource())


def test_a_certified_key_is_vouched_for_by_name() -> None:
    """The person who checks years later does not know the reader's thumbprint."""
    verified = verify_report(_bundle(HARBOR.key()), [HARBOR.root])

    assert verified.vouched == "Harbor readers (demo)"
    assert verified.line.endswith(", certified by Harbor readers (demo)")


def test_a_report_signed_again_by_a_stranger_in_the_readers_name_fails() -> None:
    """Without trust the mathematics of a forgery is as good as any other: here it is not."""
    forged = _bundle(new_key(*WHO, NOW))

    assert verify_report(forged).signer == "Sample, Jo"
    with pytest.raises(VerificationFailed, match="key: nobody you trust certified it; a stranger"):
        verify_report(forged, [HARBOR.root])


def test_a_key_that_another_authority_certified_fails() -> None:
    """Anybody can make an authority of the same name."""
    with pytest.raises(VerificationFailed, match="a stranger may have signed"):
        verify_report(_bundle(Registry(NOW).key()), [HARBOR.root])


@pytest.mark.parametrize("days", [-1, 91])
def test_a_certificate_holds_for_the_moment_of_signing_alone(days: int) -> None:
    """A short certificate that has ended since is good; one that had ended is not."""
    with pytest.raises(VerificationFailed, match="key: its certificate was not valid when"):
        check_trust(HARBOR.key().chain, [HARBOR.root], NOW + timedelta(days=days), *WHO)


def test_a_colleagues_certificate_does_not_sign_for_the_reader() -> None:
    """Everybody who reads for the site has a certificate of it."""
    other = Registry(NOW, "Practitioner/18", "Night, Nora")
    chain, roots = other.key().chain, [other.root]

    assert check_trust(chain, roots, NOW, "Practitioner/18", "Night, Nora")
    with pytest.raises(VerificationFailed, match="of another person than the signer"):
        check_trust(chain, roots, NOW, *WHO)


def test_a_certificate_that_may_not_sign_is_not_taken() -> None:
    """The authority's own certificate issues others; it signs no reports."""
    with pytest.raises(VerificationFailed, match="key:"):
        check_trust([HARBOR.root], [HARBOR.root], NOW, *WHO)


def test_a_damaged_or_hostile_certificate_is_a_sentence() -> None:
    """It travels with the report, so whoever sends one writes it: no traceback, no trust."""
    key, dice = HARBOR.key(), random.Random(3)
    for number in range(300):
        hurt = bytearray(key.certificate)
        for _ in range(dice.choice((1, 2, 5))):
            hurt[dice.randrange(len(hurt))] ^= dice.randrange(1, 256)
        if number % 2:
            with pytest.raises(VerificationFailed, match="key: "):
                check_trust([bytes(hurt)], [HARBOR.root], NOW, *WHO)
        else:  # beside a good one it says nothing
            with contextlib.suppress(VerificationFailed):
                check_trust([key.certificate, bytes(hurt)], [HARBOR.root], NOW, *WHO)


def test_trust_is_read_from_pem_and_nothing_else() -> None:
    """A wrong file must not mean "nobody is trusted, so everything is"."""
    assert roots_from([HARBOR.authority.pem.encode()]) == (HARBOR.root,)
    with pytest.raises(VerificationFailed, match="no certificates"):
        roots_from([b"not PEM"])


def test_a_bundle_that_says_another_time_of_signing_does_not_extend_a_certificate() -> None:
    """The time is in the manifest, which is signed: changing it breaks the signature first."""
    made = json.loads(_bundle(HARBOR.key()))
    extension = made["entry"][-3]["resource"]["extension"][0]
    statement = base64.b64decode(extension["valueBase64Binary"]).replace(
        b"2026-11-22", b"2026-11-29"
    )
    extension["valueBase64Binary"] = base64.b64encode(statement).decode()

    with pytest.raises(VerificationFailed, match="signature: it does not belong"):
        verify_report(json.dumps(made).encode(), [HARBOR.root])
