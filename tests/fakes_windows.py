"""The other services as far as the windows look at them."""

from datetime import UTC, datetime

from attrs import define, field, frozen
from fakes import FakeClock, InlineJobs

from workstation.adapters.memory_store import MemoryStore
from workstation.commands.registry import Outcome
from workstation.domain.identifiers import FrameKey, SiteId, StudyRef
from workstation.domain.worklist import WorklistItem
from workstation.services.delivery.alarms import Alarm
from workstation.services.images.fetching import SetProgress
from workstation.services.queue.list_views import ListViews
from workstation.services.report.draft_saving import DraftState
from workstation.services.signal import Signal
from workstation.services.speech.listening import Ear

SAVED = DraftState("platform", datetime(2026, 11, 22, 2, 14, 58, tzinfo=UTC))


@frozen
class FakeCase:
    item: WorklistItem
    read_only: bool = False
    news: str = ""

    @property
    def ref(self) -> StudyRef:
        return self.item.ref


@define(eq=False)
class FakeSession:
    case: FakeCase | None = None
    aside: tuple[FakeCase, ...] = ()
    changed: Signal[None] = field(factory=Signal)


@frozen
class FakeSet:
    id: str


@define(eq=False)
class FakeLoader:
    sets: dict[str, SetProgress] = field(factory=dict)
    frame_arrived: Signal[FrameKey] = field(factory=Signal)
    news: Signal[tuple[StudyRef, str]] = field(factory=Signal)
    problems: Signal[tuple[StudyRef, str]] = field(factory=Signal)

    def display_sets(self, ref: StudyRef) -> tuple[FakeSet, ...]:
        return tuple(map(FakeSet, self.sets))

    def progress(self, display_set: str) -> SetProgress:
        return self.sets[display_set]


@define(eq=False)
class FakeFiles:
    refs: tuple[StudyRef, ...] = ()
    notices: tuple[str, ...] = ()
    progress: str = ""
    changed: Signal[None] = field(factory=Signal)


@define(eq=False)
class FakeAlarms:
    standing: tuple[Alarm, ...] = ()
    changed: Signal[None] = field(factory=Signal)

    def phone(self, site: SiteId) -> str:
        return "+1 206 555 0142"

    def say(self, *alarms: Alarm) -> None:
        self.standing = alarms
        self.changed.emit(None)


def views() -> ListViews:
    """A reader's views of the list, in memory."""
    return ListViews(MemoryStore(), InlineJobs(FakeClock()))


@define(eq=False)
class FakeReporting:
    draft_state: DraftState = SAVED
    draft_changed: Signal[None] = field(factory=Signal)
    changed: Signal[None] = field(factory=Signal)
    report: None = None


@define(eq=False)
class FakeVoice:
    """Dictation and its microphone."""

    trouble: str = ""
    partial: str = ""
    level: float = 0.0
    ear: Ear = Ear.OFF
    changed: Signal[None] = field(factory=Signal)


@define(eq=False)
class Sent:
    """Takes command lines instead of the registry, and may refuse them."""

    lines: list[str] = field(factory=list)
    error: Exception | None = None

    def __call__(self, line: str) -> Outcome:
        self.lines.append(line)
        if self.error is not None:
            raise self.error
        return None
