"""The sites say whose a reader's signing key is: at each sign-in, and before a signature."""

import logging
from collections.abc import Mapping

from workstation.domain.identifiers import SiteId
from workstation.protocols.signing_key import SigningKey
from workstation.services.jobs import Job, Jobs
from workstation.services.key_ports import Certifier
from workstation.services.keys import Keys

log = logging.getLogger("keys")


class Certification:
    """Owned by the application, lives on the home thread.

    The keys are asked on lane ``store``, the sites on their own lanes.
    """

    def __init__(self, keys: Keys, certifiers: Mapping[SiteId, Certifier], jobs: Jobs) -> None:
        self._keys = keys
        self._certifiers = certifiers
        self._jobs = jobs

    def renew(self, site: SiteId, reader: str, name: str) -> Job[None]:
        """Settles when there is nothing more to ask; a site that is silent fails it."""
        done: Job[None] = Job()
        certifier = self._certifiers.get(site)
        if certifier is None:
            done.settle(None)
            return done

        def asked(job: Job[bytes | None]) -> None:
            request = job.value
            if job.error is not None or request is None:
                done.settle(None, job.error)
                return
            answer = self._jobs.run(lambda: certifier.certify(request), lane=f"site:{site}")
            answer.then(answered)

        def answered(job: Job[tuple[bytes, ...]]) -> None:
            if job.error is not None:
                log.warning("%s does not certify a key: %s", site, type(job.error).__name__)
                done.settle(None, job.error)
                return
            chain = job.result()
            self._jobs.run(lambda: self._keys.certify(site, reader, chain), lane="store").then(kept)

        def kept(job: Job[SigningKey]) -> None:
            if job.error is None:
                log.info("%s certified a signing key", site)
            done.settle(None, job.error)

        wanted = self._jobs.run(
            lambda: self._keys.wants_certificate(site, reader, name), lane="store"
        )
        wanted.then(asked)
        return done
