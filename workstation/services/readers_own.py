"""What one reader keeps here for themselves alone: a row of the sealed store for each.

Where nothing may be kept on this machine the store is memory, and it ends with the program.
"""

from collections.abc import Callable

from workstation.errors import CommandError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import Put, SealedStore
from workstation.services.waiting import settled
from workstation.text import tr


class ReadersOwn:
    """Owned by the service whose things they are; `what` names the rows. Home thread."""

    def __init__(self, store: SealedStore, jobs: Jobs, what: str) -> None:
        self.user = ""
        self._store, self._jobs, self._what = store, jobs, what

    def begin(self, user: str, take: Callable[[str], None]) -> Job[None]:
        """A reader signed in, or out (empty): `take` gets what they kept, if they kept anything.

        The job settles when that is known, also where the store could not be read.
        """
        self.user = user
        if not user:
            return settled()
        begun: Job[None] = Job()

        def found(job: Job[str | None]) -> None:
            if user == self.user and job.error is None and job.value:
                take(job.value)
            begun.settle(None)

        self._jobs.run(lambda: self._store.get("meta", self._row), lane="store").then(found)
        return begun

    def keep(self, body: str) -> None:
        """Instead of what was kept before. Raises CommandError where nobody is signed in."""
        if not self.user:
            raise CommandError(tr("sign in first: this is kept for each reader"))
        row = Put("meta", self._row, body)
        self._jobs.run(lambda: self._store.change([row]), lane="store")

    @property
    def _row(self) -> str:
        return f"{self._what}.{self.user}"
