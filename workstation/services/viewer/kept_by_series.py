"""What a reader made of a series and no site has is sealed here, and there again when they come
back: what is drawn, and curves.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Final

from workstation.domain.identifiers import SiteId
from workstation.domain.study import DisplaySet
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.viewer.viewer import Viewer

#: A hand that draws is not written down stroke by stroke.
_KEEP_AFTER_S: Final = 1.0
_LANE: Final = "store"


class KeptBySeries(ABC):
    """Home thread. `who` is the reader of a site, empty while there is none: what somebody else
    made is never shown as one's own.
    """

    prefix = ""  # before the keys of one kind, in table "meta"

    def __init__(
        self, viewer: Viewer, store: SealedStore, jobs: Jobs, who: Callable[[SiteId], str]
    ) -> None:
        self._viewer, self._store, self._jobs, self._who = viewer, store, jobs, who
        self._kept: dict[str, str] = {}
        self._looked: set[str] = set()
        self._later = False
        viewer.changed.connect(lambda _: self._look())

    @abstractmethod
    def _now(self) -> Iterable[tuple[DisplaySet, str]]:
        """Series on which there is something, or was, and it as text; empty where it is gone."""

    @abstractmethod
    def _found(self, own: DisplaySet, body: str) -> None:
        """It was kept before the program, or the case, was left."""

    def forget(self, display_set: DisplaySet) -> None:
        """The study has it now, or nobody wants it."""
        key = self._key(display_set)
        self._kept.pop(key, None)
        self._jobs.run(lambda: self._store.remove("meta", key), lane=_LANE)

    def keep(self) -> None:
        """Write down what has changed."""
        self._later = False
        for display_set, body in self._now():
            key = self._key(display_set)
            if self._kept.get(key, "") == body:
                continue
            if not body:
                self.forget(display_set)
                continue
            self._kept[key] = body
            self._jobs.run(
                lambda key=key, body=body: self._store.put("meta", key, body),  # type: ignore[misc]
                lane=_LANE,
            )

    def _leave(self) -> None:
        """The last second counts too; the case may come back."""
        self.keep()
        self._looked.clear()

    def _keep_soon(self) -> None:
        if not self._later:
            self._later = True
            self._jobs.later(_KEEP_AFTER_S, self.keep)

    def _look(self) -> None:
        """A series came on the screen: was something made of it?"""
        for index in range(len(self._viewer.viewports)):
            shown = self._viewer.shown(index)
            if shown is None or shown.display_set.id in self._looked:
                continue
            own = shown.display_set
            if not self._who(own.site):
                continue
            self._looked.add(own.id)
            key = self._key(own)
            self._jobs.run(
                lambda key=key: self._store.get("meta", key),  # type: ignore[misc]
                lane=_LANE,
                on_done=lambda body, own=own: self._came(own, body),  # type: ignore[misc]
            )

    def _came(self, own: DisplaySet, body: str | None) -> None:
        if body is not None:
            self._kept[self._key(own)] = body
            self._found(own, body)

    def _key(self, own: DisplaySet) -> str:
        """A digest: a key is not sealed as its body is, and says nothing of anybody."""
        named = "\n".join((own.site, self._who(own.site), own.study, own.id))
        return self.prefix + hashlib.sha256(named.encode()).hexdigest()
