"""A study loaded as a case is opened: the list, the description, then every frame."""

import hashlib

from attrs import frozen
from fakes import Home

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.services.ports.images import FrameSource


@frozen
class Loaded:
    """What hangs, and what was said about it."""

    loader: Loader
    store: FrameStore
    ref: StudyRef
    problems: list[str]

    @property
    def keys(self) -> list[FrameKey]:
        """Of every frame, as they are stored."""
        shown = [f.key for each in self.loader.display_sets(self.ref) for f in each.frames]
        return sorted(shown, key=lambda key: (key.sop, key.frame_index))

    def digests(self) -> dict[str, str]:
        """SOP Instance UID and frame to the SHA-256 of its values, of those that are here."""
        found = {}
        for key in self.keys:
            if (pixels := self.store.get(key)) is not None:
                digest = hashlib.sha256(pixels.stored.tobytes()).hexdigest()
                found[f"{key.sop}/{key.frame_index}"] = digest
        return found

    @property
    def failures(self) -> list[str]:
        """Why frames cannot be shown."""
        failed = (self.store.failure(key) for key in self.keys)
        return [failure.reason for failure in failed if failure is not None]


def load(source: FrameSource, ref: StudyRef) -> Loaded:
    home, store = Home(), FrameStore()
    jobs = Jobs(home.post)
    loader = Loader({ref.site: source}, store, jobs)
    problems: list[str] = []
    loader.problems.connect(lambda problem: problems.append(problem[1]))
    try:
        home.settled(loader.open(ref, first=True))
        home.drain(lambda: loader.complete(ref))
    finally:
        jobs.close()
    return Loaded(loader, store, ref, problems)
