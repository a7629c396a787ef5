"""Older studies beside the open case: hung, cited, and gone when they are somebody else's."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

from attrs import define, field
from fakes import FakeClock
from fakes_platform import item, site

from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.domain.prior import PriorStudy
from workstation.services.jobs import Job
from workstation.services.reading.case import Case
from workstation.services.reading.hung_priors import HungPriors
from workstation.services.screen.viewed import ViewedStudy
from workstation.services.signal import Signal
from workstation.services.waiting import settled

HARBOR, MESA = SiteId("harbor"), SiteId("mesa")
TWIN = Patient("Alder, Robin", "MV-1", "urn:m", date(1962, 3, 2), "M")
OWN = PriorStudy(
    StudyRef(HARBOR, StudyUID("1.2.8")), datetime(2025, 1, 1, tzinfo=UTC), "CT", "CT", "A"
)
THEIRS = PriorStudy(
    StudyRef(MESA, StudyUID("1.2.9")), datetime(2024, 1, 1, tzinfo=UTC), "CR", "CR", "B"
)


@define(eq=False)
class Screen:
    """Viewer, loader and report, as far as a prior reaches them."""

    studies: list[StudyRef] = field(factory=list)
    open: list[StudyRef] = field(factory=list)
    cited: list[StudyRef] = field(factory=list)

    def show(self, studies: tuple[ViewedStudy, ...]) -> None:
        self.studies = [each.ref for each in studies]

    def load(self, ref: StudyRef, *, first: bool) -> Job[None]:
        self.open.append(ref)
        return settled()

    def cite(self, ref: StudyRef, _who: Patient, _label: str) -> None:
        self.cited.append(ref)


class Desk:
    def __init__(self) -> None:
        self.screen = screen = Screen()
        services = SimpleNamespace(
            sites={name: site(name) for name in (HARBOR, MESA)},
            viewer=screen,
            loader=SimpleNamespace(open=screen.load, close=screen.open.remove),
            reporting=SimpleNamespace(
                compared_with=screen.cite, compared_no_more=screen.cited.remove,
                prefill=lambda *_: None,
            ),
            worklist=SimpleNamespace(rows=()),
        )  # fmt: skip
        self.session: Any = SimpleNamespace(
            case=Case(item(1, FakeClock().now()), priors=(OWN,)), changed=Signal[None](),
            need_case=lambda: self.session.case, permit=lambda _ref: settled(),
        )  # fmt: skip
        self.priors = HungPriors(self.session, cast(Any, services))


def test_a_confirmed_persons_study_is_hung_and_cited_like_any_prior() -> None:
    desk = Desk()
    desk.priors.add(TWIN, (THEIRS,))
    places = [prior.ref for prior in desk.session.case.priors]
    desk.priors.show(places.index(THEIRS.ref) + 1)

    assert desk.screen.studies == [desk.session.case.ref, THEIRS.ref]
    assert desk.screen.cited == [THEIRS.ref]
    assert desk.session.case.known_as == (TWIN,)


def test_of_somebody_else_nothing_stays_on_the_screen_nor_may_be_cited() -> None:
    """The twin's radiograph beside this patient's CT: once it is known, it is gone at once."""
    desk = Desk()
    desk.priors.show(1)
    desk.priors.add(TWIN, (THEIRS,))
    desk.priors.show([prior.ref for prior in desk.session.case.priors].index(THEIRS.ref) + 1)

    stood = desk.priors.remove(TWIN)

    assert stood
    assert desk.screen.studies == [desk.session.case.ref, OWN.ref]
    assert desk.screen.open == desk.screen.cited == [OWN.ref]
    case = desk.session.case
    assert (case.priors, case.shown_priors, case.known_as) == ((OWN,), (OWN.ref,), ())


def test_what_was_never_shown_leaves_without_a_word() -> None:
    desk = Desk()
    desk.priors.add(TWIN, (THEIRS,))

    assert not desk.priors.remove(TWIN)
    assert desk.session.case.priors == (OWN,)
