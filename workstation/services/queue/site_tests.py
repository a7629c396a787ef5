"""The self-test of a site from within the program: what `workstation site test` asks."""

from collections.abc import Callable, Mapping

from workstation.domain.identifiers import SiteId
from workstation.errors import CommandError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.hosting import Credentials
from workstation.services.selftest import Finding
from workstation.settings import Site
from workstation.text import tr

Probe = Callable[[Site, Credentials | None], tuple[Finding, ...]]


class SiteTests:
    """Owned by the application, lives on the home thread; the questions go by a lane of their own,
    so that a silent site holds nothing up."""

    def __init__(self, probe: Probe, sites: Mapping[SiteId, Site], jobs: Jobs) -> None:
        self._probe, self._sites, self._jobs = probe, sites, jobs

    def site(self, name: str) -> Site:
        """By its id, or the first there is. Raises CommandError."""
        known = {str(site): each for site, each in self._sites.items()}
        if not known or (name and name not in known):
            raise CommandError(
                tr("no site is set up as {name}: {known}", name=name, known=", ".join(known))
            )
        return known[name] if name else next(iter(known.values()))

    def run(self, site: Site, credentials: Credentials | None) -> Job[tuple[Finding, ...]]:
        """Settles with one finding for each service, good or bad."""
        return self._jobs.run(lambda: self._probe(site, credentials), lane="site-test")
