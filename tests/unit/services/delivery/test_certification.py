"""Keys are certified at sign-in, and nothing is signed with one that is not."""

from datetime import timedelta

import pytest
from fakes import FakeClock, InlineJobs
from fakes_certified import Registry
from fakes_trust import READER, SITE, signed_report

from workstation.adapters.secrets import MemorySecrets
from workstation.domain.identifiers import SiteId
from workstation.errors import SigningBlocked, SiteUnavailable, StoreUnavailable
from workstation.services.delivery.certification import Certification
from workstation.services.delivery.keys import Keys

SIGNER = signed_report().signer


class Desk:
    """One reader at one site that certifies keys, and what is kept between two runs."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.secrets = MemorySecrets("a test")
        self.site = Registry(self.clock.now())
        self.start()

    def start(self) -> None:
        """The program starts (again)."""
        self.keys = Keys(self.secrets, self.clock, {SITE})
        self.certification = Certification(self.keys, {SITE: self.site}, InlineJobs(self.clock))

    def renew(self) -> None:
        self.site.now = self.clock.now()
        self.certification.renew(SITE, READER, SIGNER.name).result()


def test_an_uncertified_key_signs_nothing_at_a_site_that_certifies() -> None:
    """A report that `verify --trust` refuses must not leave."""
    desk = Desk()

    with pytest.raises(SigningBlocked, match="not certified by the site"):
        desk.keys.reader(SITE, SIGNER)


def test_a_site_that_certifies_no_keys_takes_what_vouches_for_itself() -> None:
    """Such sites compare thumbprints."""
    desk = Desk()

    assert not desk.keys.reader(SiteId("mesa"), SIGNER).certified
    assert desk.certification.renew(SiteId("mesa"), READER, "Sample, Jo").error is None
    assert desk.site.asked == 0


def test_the_certificate_is_asked_for_once_and_kept_with_the_key() -> None:
    """The next start finds both in the keyring, and signs while the site is away."""
    desk = Desk()
    desk.renew()
    desk.start()
    desk.renew()

    assert desk.site.asked == 1
    assert desk.keys.reader(SITE, SIGNER).certified
    assert desk.certification.vouched(SITE) == "Harbor readers (demo)"


def test_a_certificate_that_soon_ends_is_asked_for_anew() -> None:
    """It must not end in the middle of a night; the key stays the same."""
    desk = Desk()
    desk.renew()
    first = desk.keys.reader(SITE, SIGNER)
    desk.clock.advance(timedelta(days=75).total_seconds())
    desk.renew()
    second = desk.keys.reader(SITE, SIGNER)

    assert desk.site.asked == 2
    assert second.key is first.key
    assert second.ends > first.ends


def test_an_ended_certificate_signs_nothing() -> None:
    """An old certificate on today's report would fail whoever checks it."""
    desk = Desk()
    desk.renew()
    desk.clock.advance(timedelta(days=91).total_seconds())

    with pytest.raises(SigningBlocked, match="sign in there again"):
        desk.keys.reader(SITE, SIGNER)


@pytest.mark.parametrize("days", [3, -3])
def test_whether_a_certificate_holds_is_judged_by_the_sites_clock(days: int) -> None:
    """A wrong clock of this machine must not keep a STAT report from being signed."""
    desk = Desk()
    desk.renew()
    at_the_site = desk.clock.now()
    desk.clock.set_wall(at_the_site + timedelta(days=days))

    assert desk.keys.reader(SITE, SIGNER, at_the_site).certified


def test_a_silent_site_leaves_a_good_certificate_alone() -> None:
    """It is renewed long before it ends, so that an outage does not stop signatures."""
    desk = Desk()
    desk.renew()
    desk.clock.advance(timedelta(days=75).total_seconds())

    def silent(_request: bytes) -> tuple[bytes, ...]:
        raise SiteUnavailable("the site did not answer")

    desk.site.certify = silent
    job = desk.certification.renew(SITE, READER, SIGNER.name)

    assert isinstance(job.error, SiteUnavailable)
    assert desk.keys.reader(SITE, SIGNER).certified


def test_a_certificate_of_another_key_is_not_kept() -> None:
    """It would make every signature bad from then on."""
    desk = Desk()
    desk.renew()

    with pytest.raises(StoreUnavailable, match="another key"):
        desk.keys.certify(SITE, READER, desk.site.key().chain)
