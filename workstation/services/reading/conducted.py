"""What a reading session conducts, and how its parts reach the open case."""

from collections.abc import Mapping
from typing import Protocol

from attrs import frozen

from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.worklist import WorklistItem
from workstation.services.audit import Audit
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job, Jobs
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.case import Case
from workstation.services.report.reporting import Reporting
from workstation.services.signal import Signal
from workstation.services.viewer.viewer import Viewer
from workstation.settings import Site


@frozen(eq=False)
class Services:
    """The services a session conducts."""

    worklist: Worklist
    viewer: Viewer
    loader: Loader
    reporting: Reporting
    audit: Audit
    jobs: Jobs
    sites: Mapping[SiteId, Site]


class Conductor(Protocol):
    """The session, as its parts know it: the one open case, and what is done with every claim."""

    case: Case | None
    aside: tuple[Case, ...]

    @property
    def told(self) -> Signal[str]: ...

    def not_aside(self, item: WorklistItem) -> None: ...

    @property
    def changed(self) -> Signal[None]: ...

    def need_case(self) -> Case: ...

    def is_mine(self, item: WorklistItem) -> bool: ...

    def keep(self, item: WorklistItem) -> None:
        """Renew the claim from now on."""
        ...

    def permit(self, ref: StudyRef) -> Job[None]:
        """Nothing of a study is painted before its "accessed" record is durable."""
        ...
