"""Images that others picked out: which ones, by whom and why."""

from collections.abc import Iterable

from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.key_objects import KeySelection
from workstation.domain.study import DisplaySet
from workstation.services.screen.viewed import Shown, day
from workstation.text import isolated, tr

#: "Rejected for Quality Reasons" is a selection of images not to look at (PS3.16 CID 7010).
_REJECTED = "113001"


class KeySelections:
    """Owned by the screen, lives on the home thread."""

    def __init__(self) -> None:
        self._known: dict[SopUID, tuple[DisplaySet, KeySelection]] = {}
        self._of: dict[FrameKey, tuple[KeySelection, ...]] = {}

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        for each in display_sets:
            if isinstance(each.annotation, KeySelection):
                self._known[each.annotation.sop] = (each, each.annotation)
        self._of.clear()

    def forget(self) -> None:
        """The case is left."""
        self._known.clear()
        self._of.clear()

    def of(self, key: FrameKey) -> tuple[KeySelection, ...]:
        """Those of the same study that name this image."""
        if key not in self._of:
            self._of[key] = tuple(
                selection
                for source, selection in self._known.values()
                if (source.study, source.site) == (key.study, key.site) and selection.has(key)
            )
        return self._of[key]

    def is_key(self, key: FrameKey) -> bool:
        """Whether somebody picked it out to be looked at."""
        return any(selection.title.value != _REJECTED for selection in self.of(key))

    def count(self, display_set: DisplaySet) -> int:
        """How many of its frames somebody picked out to be looked at."""
        at = (display_set.study, display_set.site)
        if not any((source.study, source.site) == at for source, _ in self._known.values()):
            return 0
        return sum(self.is_key(frame.key) for frame in display_set.frames)

    def words(self, shown: Shown) -> Iterable[tuple[str, int]]:
        """For the overlay: why and by whom, and what was written to it."""
        for each in self.of(shown.frame.key):
            who = isolated(each.creator) or tr("name not known")
            title = isolated(each.title.words)
            yield (
                tr("Key: {title}, by {who}, {day}", title=title, who=who, day=day(each.created)),
                1,
            )
            yield isolated(" ".join(each.description.split())[:96]), 2
