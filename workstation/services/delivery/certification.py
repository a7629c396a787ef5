"""The sites say whose a reader's signing key is: at each sign-in, and before a signature."""

import logging
from collections.abc import Mapping

from workstation.domain.identifiers import SiteId
from workstation.protocols.signing_key import SigningKey
from workstation.services.delivery.key_ports import Certifier
from workstation.services.delivery.keys import Keys
from workstation.services.jobs import Job, Jobs

log = logging.getLogger("keys")


class Certification:
    """Owned by the application, lives on the home thread.

    The keys are asked on lane ``store``, the sites on their own lanes.
    """

    def __init__(self, keys: Keys, certifiers: Mapping[SiteId, Certifier], jobs: Jobs) -> None:
        self._keys = keys
        self._certifiers = certifiers
        self._jobs = jobs
        self._vouched: dict[SiteId, str] = {}

    def vouched(self, site: SiteId) -> str:
        """Who certified the reader's key there, as last asked; empty where nobody did."""
        return self._vouched.get(site, "")

    def renew(self, site: SiteId, reader: str, name: str) -> Job[None]:
        """Settles when there is nothing more to ask; a site that is silent fails it."""
        done: Job[None] = Job()
        certifier = self._certifiers.get(site)
        if certifier is None:
            done.settle(None)
            return done

        def asked(job: Job[bytes | None]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
            elif job.value is None:
                self._note(site, reader, name, done)
            else:
                request = job.value
                answer = self._jobs.run(lambda: certifier.certify(request), lane=f"site:{site}")
                answer.then(lambda answered: self._keep(site, reader, answered, done))

        wanted = self._jobs.run(
            lambda: self._keys.wants_certificate(site, reader, name), lane="store"
        )
        wanted.then(asked)
        return done

    def _keep(
        self, site: SiteId, reader: str, answered: Job[tuple[bytes, ...]], done: Job[None]
    ) -> None:
        if answered.error is not None:
            log.warning("%s does not certify a key: %s", site, type(answered.error).__name__)
            done.settle(None, answered.error)
            return

        def kept(job: Job[SigningKey]) -> None:
            if job.error is None:
                log.info("%s certified a signing key", site)
                self._vouched[site] = job.result().issuer
            done.settle(None, job.error)

        chain = answered.result()
        self._jobs.run(lambda: self._keys.certify(site, reader, chain), lane="store").then(kept)

    def _note(self, site: SiteId, reader: str, name: str, done: Job[None]) -> None:
        def noted(job: Job[str]) -> None:
            self._vouched[site] = job.value or ""
            done.settle(None, job.error)

        self._jobs.run(lambda: self._keys.vouched(site, reader, name), lane="store").then(noted)
