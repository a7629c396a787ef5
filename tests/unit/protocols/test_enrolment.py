"""What a site answers when a reader's key is to be certified (RFC 7030)."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from fakes_certified import Registry

from workstation.errors import SiteUnavailable
from workstation.protocols import enrolment
from workstation.protocols.signing_key import certificate_request, new_key
from workstation.protocols.web import Answer

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
KEY = new_key("Practitioner/17", "Sample, Jo", NOW)
REQUEST = certificate_request(KEY, "Sample, Jo")
HARBOR = Registry(NOW)


def _answer(*ders: bytes) -> Answer:
    found = [x509.load_der_x509_certificate(each) for each in ders]
    return Answer(200, {}, base64.encodebytes(pkcs7.serialize_certificates(found, Encoding.DER)))


def test_a_request_proves_that_we_hold_the_key_and_names_the_reader() -> None:
    """A site certifies no key that somebody merely found."""
    asked = enrolment.enrol("https://h.example/est", REQUEST)
    sent = x509.load_der_x509_csr(base64.b64decode(asked.body or b""))

    assert asked.url == "https://h.example/est/simpleenroll"
    assert sent.is_signature_valid
    assert sent.subject.rfc4514_string() == "CN=Sample\\, Jo"


def test_the_chain_begins_with_our_key_and_leaves_the_root_out() -> None:
    """A root that travels with a signature proves nothing to whoever checks it."""
    issued = HARBOR.certify(REQUEST)
    known = enrolment.certificates(_answer(HARBOR.root, *issued))

    assert enrolment.chain_of(known, (), REQUEST) == list(issued)


def test_a_certificate_of_another_key_is_refused() -> None:
    """A mixed-up answer would make signatures that nobody can check."""
    other = HARBOR.key().chain

    with pytest.raises(SiteUnavailable, match="another key"):
        enrolment.chain_of(other, (HARBOR.root,), REQUEST)


@pytest.mark.parametrize("body", [b"", b"<html>", b"AAAA"])
def test_what_is_no_certificate_is_said_to_be_none(body: bytes) -> None:
    """A portal page instead of an answer is no traceback."""
    with pytest.raises(SiteUnavailable, match="no certificate"):
        enrolment.certificates(Answer(200, {}, body))
