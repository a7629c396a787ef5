"""What is counted of one series of the column: images here, shown, marked and picked out."""

from attrs import frozen

from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.services.images.coverage import FrameState
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr, trn


@frozen(eq=False)
class SeriesCounts:
    """Asked anew each time: nothing is kept."""

    viewer: Viewer
    shown: DisplaySet

    def progress(self) -> tuple[int, int]:
        """How many frames are here or never will be, of how many."""
        progress = self.viewer.progress(self.shown.id)
        return progress.loaded + progress.failed, max(progress.total, len(self.shown.frames))

    def in_figures(self) -> str:
        """As it stands on the thumbnail: "100", "46 / 78"; nothing where there is no image."""
        done, total = self.progress()
        if not self.shown.frames:
            return ""
        if self.shown.kind is DisplaySetKind.DOCUMENT:
            return trn(total, "PDF · {n} page", "PDF · {n} pages")
        return str(total) if done >= total else f"{done} / {total}"

    def in_words(self) -> str:
        """For the tooltip and for screen readers."""
        frames, seen = len(self.shown.frames), self.seen()
        said = [self.shown.label]
        if frames:
            said.append(trn(frames, "{n} image", "{n} images"))
            said.append(tr("all shown") if seen == frames else tr("{n} shown", n=seen))
        if own := self.own_keys():
            said.append(trn(own, "{n} key image", "{n} key images"))
        if others := self.others_keys():
            said.append(trn(others, "{n} picked out by others", "{n} picked out by others"))
        return " · ".join(said)

    def seen(self) -> int:
        return self.viewer.frames_in(self.shown.id, FrameState.SEEN)

    def all_seen(self) -> bool:
        return self.seen() == len(self.shown.frames)

    def marked(self) -> bool:
        series = self.shown.series
        marks = [mark for mark in self.viewer.measurements if mark.frame.series == series]
        return bool(marks) and any(
            mark.frame == frame.key for mark in marks for frame in self.shown.frames
        )

    def own_keys(self) -> int:
        """How many of its frames the reader marked."""
        keyed = {
            key.frame for key in self.viewer.key_images if key.frame.series == self.shown.series
        }
        return sum(frame.key in keyed for frame in self.shown.frames) if keyed else 0

    def others_keys(self) -> int:
        """How many of its frames somebody else picked out."""
        return self.viewer.key_selections.count(self.shown)
