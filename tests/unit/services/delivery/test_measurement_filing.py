"""Measurements on their way to the archive: once, or said that they are not there."""

import io
import json

import pytest
from attrs import evolve
from fakes_planes import READER, Archive, Queue
from fakes_report import ALDER, BIRCH, PRIOR, STUDY, item, length
from fakes_viewer import frame
from pydicom import Dataset, dcmread

from workstation.domain.identifiers import FrameKey, ReportId, SeriesUID, SiteId, SopUID, StudyRef
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.measurement import Measurement
from workstation.domain.presentation import Voi
from workstation.domain.source import Source as Source_
from workstation.domain.study import Instance, Series
from workstation.errors import CommandError, Refused, SiteUnavailable, WorkstationError
from workstation.protocols.delivery import State
from workstation.services.delivery.measurement_filing import Sent
from workstation.services.jobs import Job
from workstation.viewing.viewport import ViewportState

CT = "1.2.840.10008.5.1.4.1.1.2"
FIRST, SECOND = Voi(40.0, 400.0), Voi(300.0, 2000.0)
REPORT = ReportId("report-1")


class Source:
    """One CT image of each series is described; `failing` answers with that error."""

    def __init__(self) -> None:
        self.failing: WorkstationError | None = None

    def metadata(self, ref: StudyRef, series: SeriesUID) -> Series:
        if self.failing is not None:
            raise self.failing
        sop = SopUID(f"{series}.51")
        key = FrameKey(ref.site, ref.study, series, sop)
        instance = Instance(
            sop, series, CT, 51, (evolve(frame(0), key=key, vois=(FIRST, SECOND)),), modality="CT",
            patient=ALDER, source=Source_("Alder^Robin", "HG-100482"),
        )  # fmt: skip
        return Series(series, 1, "CT", "", (instance,))


class Witness(Archive):
    """Keeps what it was asked; `lost`: it took it and the answer was lost."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.lost = False

    def holds(self, ref: StudyRef, sop: SopUID) -> bool:
        self.asked.append(f"holds {ref.study}")
        return super().holds(ref, sop)

    def file(self, ref: StudyRef, sop: SopUID, data: bytes) -> None:
        self.asked.append(f"file {ref.study}")
        super().file(ref, sop, data)
        if self.lost:
            raise SiteUnavailable("no answer")


class Desk(Queue):
    archive: Witness

    def __init__(self) -> None:
        self.source = Source()
        super().__init__(self.source, Witness())

    def send(self, *measurements: Measurement, keys: tuple[KeyImage, ...] = ()) -> Job[Sent]:
        return self.filing.send(item(), READER, measurements or (length(),), keys)

    def sign(self, *measurements: Measurement) -> None:
        """As sealing does: its rows in the transaction of the report, then it is owed."""
        packed = self.filing.pack(item(), READER, measurements or (length(),), behind=REPORT)
        self.store.change([each.row() for each in packed])
        self.filing.owe(packed)

    @property
    def classes(self) -> list[str]:
        """Modalities of what the archive has."""
        return sorted(dcmread(io.BytesIO(data)).Modality for data in self.archive.filed.values())

    @property
    def actions(self) -> list[tuple[str, str, str]]:
        leaves = [json.loads(leaf) for leaf in self.store.audit()]
        return [
            (leaf["action"], leaf["detail"]["what"], leaf["outcome"])
            for leaf in leaves
            if "what" in leaf.get("detail", {})
        ]


KEY = KeyImage(length().frame, KeyTitle.FOR_REFERRER)


def test_it_is_sealed_sent_recorded_and_forgotten_here() -> None:
    """In that order, with a record of each."""
    desk = Desk()
    sent = desk.send().result()

    assert sent.words == "1 mark sent"
    assert desk.archive.asked == ["holds 1.2.3", "file 1.2.3"] * 2
    assert desk.sealed == []
    assert desk.actions[:2] == [
        ("export", "measurements", "success"),
        ("export", "presentation state", "success"),
    ]
    assert sorted(desk.actions[2:]) == [
        ("deliver", "measurements", "success"),
        ("deliver", "presentation state", "success"),
    ]
    documents = [dcmread(io.BytesIO(data)) for data in desk.archive.filed.values()]
    for document in documents:
        assert document.StudyInstanceUID == STUDY
        assert (document.ContentDate, document.TimezoneOffsetFromUTC) == ("20261122", "-0800")


def test_an_image_that_was_measured_is_filed_as_it_was_seen_then() -> None:
    """A lung nodule in a soft tissue window is a white dot without a rim."""
    desk = Desk()
    view = ViewportState(voi=Voi(-600.0, 1500.0, name="Lung"), quarter_turns=1, flipped=True)
    desk.filing.send(item(), READER, [length()], views={"A1": view}).result()

    (state,) = [d for d in map(_read, desk.archive.filed.values()) if d.Modality == "PR"]
    (window,) = state.SoftcopyVOILUTSequence
    assert (window.WindowCenter, window.WindowWidth) == (-600, 1500)
    # A state turns before it flips: what was flipped, then turned right, is turned left, then
    # flipped (PS3.3 C.10.6).
    assert (state.ImageRotation, state.ImageHorizontalFlip) == (270, "Y")


def test_a_window_of_the_image_itself_is_filed_too() -> None:
    """The reader went to the second one with a key."""
    desk = Desk()
    desk.filing.send(item(), READER, [length()], views={"A1": ViewportState(own_window=1)}).result()

    (state,) = [d for d in map(_read, desk.archive.filed.values()) if d.Modality == "PR"]
    assert state.SoftcopyVOILUTSequence[0].WindowCenter == SECOND.center


def test_how_it_was_seen_survives_sealing_with_the_report() -> None:
    """Documents are made of what is sealed, perhaps in another run of the program."""
    desk, view = Desk(), ViewportState(voi=Voi(-600.0, 1500.0), inverted=True)
    packed = desk.filing.pack(item(), READER, [length()], views={"A1": view}, behind=REPORT)
    desk.store.change([each.row() for each in packed])
    desk.filing.resume()

    (state,) = [d for d in map(_read, desk.archive.filed.values()) if d.Modality == "PR"]
    assert state.SoftcopyVOILUTSequence[0].WindowWidth == 1500
    assert state.PresentationLUTShape == "INVERSE"


def _read(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def test_key_images_become_one_selection_for_each_title() -> None:
    """Beside the measurements and how all of it was seen."""
    desk = Desk()
    other = evolve(KEY, frame=evolve(KEY.frame, series=SeriesUID("1.2.9"), sop=SopUID("1.2.9.51")),
                   title=KeyTitle.FOR_TEACHING)  # fmt: skip
    assert desk.send(length(), keys=(KEY, other)).result() == Sent(3)
    assert desk.classes == ["KO", "KO", "PR", "SR"]


def test_a_lost_answer_does_not_file_it_twice() -> None:
    """The archive took it; nobody heard. The next sending asks first and finds it."""
    desk = Desk()
    desk.archive.lost = True
    with pytest.raises(SiteUnavailable):
        desk.send().result()
    assert len(desk.sealed) == 2
    assert {each.state for each in desk.filing.entries} == {State.IN_DOUBT}

    desk.archive.lost = False
    assert desk.send().result() == Sent(1)
    assert len(desk.archive.filed) == 2
    assert desk.sealed == []


def test_a_silent_archive_is_asked_again_by_itself_with_the_same_bytes() -> None:
    """Nobody need sign in again; sealed is sealed, the document has not another moment."""
    desk = Desk()
    desk.archive.failing = SiteUnavailable("no answer")
    with pytest.raises(SiteUnavailable):
        desk.send().result()
    desk.archive.failing = None
    desk.jobs.advance(61)

    assert len(desk.archive.filed) == 2
    times = {dcmread(io.BytesIO(data)).ContentTime for data in desk.archive.filed.values()}
    assert times == {"134000"}  # 21:40 UTC there
    assert desk.sealed == []


def test_a_refusal_is_said_recorded_and_kept_until_the_reader_sends_it_again() -> None:
    """A full archive has room tomorrow; what is refused is not asked again by itself."""
    desk = Desk()
    told: list[str] = []
    desk.filing.told.connect(told.append)
    desk.archive.failing = Refused("the archive is full")
    with pytest.raises(Refused, match="full"):
        desk.send().result()
    assert told == ["Marks not filed: the archive is full"] * 2
    assert ("deliver", "measurements", "failure") in desk.actions
    assert {(e.state, e.reason) for e in desk.filing.entries} == {
        (State.REFUSED, "the archive is full")
    }
    asked = len(desk.archive.asked)
    desk.jobs.advance(3600)
    desk.filing.resume()
    assert len(desk.archive.asked) == asked

    desk.archive.failing = None
    assert desk.filing.retry() == 2
    assert len(desk.archive.filed) == 2
    assert desk.sealed == []
    assert {e.state for e in desk.filing.entries} == {State.ACKNOWLEDGED}


def test_marks_on_a_prior_go_into_the_study_of_the_prior() -> None:
    """What is measured there belongs there: the next reader opens that study."""
    desk = Desk()
    assert desk.send(length(), length("B1", study=PRIOR)).result() == Sent(2)
    studies = [dcmread(io.BytesIO(d)).StudyInstanceUID for d in desk.archive.filed.values()]
    assert sorted(studies) == sorted([STUDY, STUDY, PRIOR, PRIOR])


def test_marks_on_a_study_of_another_site_are_said_not_to_be_sent() -> None:
    """This reader's account holds for this site; silence would be taken for filed."""
    desk = Desk()
    far = length("B1")
    far = evolve(far, frame=evolve(far.frame, site=SiteId("nord")))
    sent = desk.send(length(), far).result()
    assert sent == Sent(1, 1)
    assert "1 mark is on images that this site does not hold, and is not sent" in sent.words
    with pytest.raises(CommandError, match="not sent"):
        desk.send(far)


def test_a_mark_without_a_value_is_drawn_and_not_measured() -> None:
    """TID 1500 has no place for it, a presentation state has."""
    desk = Desk()
    assert desk.send(evolve(length(), value=None)).result() == Sent(1)
    assert desk.classes == ["PR"]


def test_images_of_another_patient_stop_it() -> None:
    """Never a document of one person in the study of another."""
    desk = Desk()
    with pytest.raises(Refused, match="another patient"):
        desk.filing.send(evolve(item(), patient=BIRCH), READER, [length()]).result()
    assert desk.archive.filed == {}


# --- with the signature ----------------------------------------------------------------------


def test_marks_sealed_with_a_report_go_behind_it_even_when_the_site_described_nothing_then() -> (
    None
):
    """A power cut after the signature must not take them along: sealing needs no site."""
    desk = Desk()
    desk.source.failing = SiteUnavailable("no answer")
    desk.sign()
    assert len(desk.sealed) == 1
    assert desk.archive.asked == []
    assert not desk.filing.idle

    desk.filing.resume()
    assert desk.archive.filed == {}
    assert desk.filing.idle  # tried; a script does not wait for a silent site
    desk.source.failing = None
    desk.jobs.advance(61)
    assert len(desk.archive.filed) == 2
    assert desk.sealed == []


def test_after_a_power_cut_another_run_sends_what_was_sealed() -> None:
    before = Desk()
    before.sign()
    after = Desk()
    for key, body in before.store.all("meta"):
        after.store.put("meta", key, body)
    after.filing.resume()
    assert len(after.archive.filed) == 2
    assert after.sealed == []


def test_after_a_restart_too_they_wait_until_the_site_has_their_report() -> None:
    """Lines without the report that they belong to would be read for themselves; and where
    the report is refused they would stay alone."""
    before = Desk()
    before.sign()
    after = Desk()
    for key, body in before.store.all("meta"):
        after.store.put("meta", key, body)
    after.awaited.add(REPORT)
    after.filing.resume()
    after.jobs.advance(3600)
    assert after.archive.asked == []
    assert len(after.sealed) == 1

    after.awaited.clear()  # accepted
    after.filing.resume()
    assert len(after.archive.filed) == 2


def test_what_was_refused_for_good_is_taken_back_and_that_is_on_record() -> None:
    """An archive that never takes it would be asked for ever, and the outbox never be clean."""
    desk = Desk()
    desk.archive.failing = Refused("no such class here")
    with pytest.raises(Refused):
        desk.send().result()
    assert desk.filing.take_back("HG-another") == 0
    assert desk.filing.take_back(item().accession) == 2

    assert (desk.sealed, desk.filing.entries) == ([], ())
    leaves = [json.loads(leaf)["detail"] for leaf in desk.store.audit()]
    assert [d["what"] for d in leaves if d.get("how") == "taken back"] == [
        "measurements", "presentation state",
    ]  # fmt: skip
    desk.archive.failing = None
    desk.filing.resume()
    assert desk.archive.filed == {}


def test_what_is_on_its_way_is_not_taken_back() -> None:
    """It may be there already."""
    desk = Desk()
    desk.archive.failing = SiteUnavailable("no answer")
    with pytest.raises(SiteUnavailable):
        desk.send().result()
    assert desk.filing.take_back(item().accession) == 0
    assert len(desk.sealed) == 2


def test_another_readers_session_does_not_send_them() -> None:
    """They would be filed under the wrong account."""
    desk = Desk()
    desk.sign()
    desk.who = "Practitioner/99"
    desk.filing.resume()
    assert desk.archive.asked == []
    assert len(desk.sealed) == 1

    desk.who = READER.id
    desk.filing.resume()
    assert len(desk.archive.filed) == 2


def test_a_report_without_marks_seals_nothing() -> None:
    assert Desk().filing.pack(item(), READER, [], behind=REPORT) == ()


def test_what_cannot_be_read_is_kept() -> None:
    """A row of a later version, or a damaged one, is not thrown away."""
    desk = Desk()
    desk.store.put("meta", "filing:1.2", "{}")
    desk.filing.resume()
    assert desk.sealed == ["filing:1.2"]


def test_two_sendings_at_once_are_one() -> None:
    """The command, and the signature a second later."""
    desk = Desk()
    desk.jobs.hold()
    first, second = desk.send(), desk.send()
    while desk.jobs.waiting:
        desk.jobs.go(0)

    assert first.result() == second.result() == Sent(1)
    assert sum(each.startswith("file") for each in desk.archive.asked) == 2
