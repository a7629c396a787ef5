"""What a signature sends of the reader's marks, as it is told before the signature."""

from attrs import evolve
from fakes_report import PRIOR, SITE, STUDY, length
from fakes_viewer import viewed

from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.measurement import MeasurementKind
from workstation.services.delivery.outgoing import Outgoing, outgoing

CASE = StudyRef(SITE, STUDY)
STUDIES = (viewed(STUDY), viewed(PRIOR, "prior", days_before=379))


def key(study: str = STUDY, image: int = 51) -> KeyImage:
    sop = SopUID(f"1.2.3.4.{image}")
    frame = FrameKey(SITE, StudyRef(SITE, STUDY).study, SeriesUID("1.2.3.4"), sop)
    return KeyImage(evolve(frame, study=study), KeyTitle.OF_INTEREST, image_number=image)


def test_marks_are_told_by_study_the_current_one_first() -> None:
    """What is measured on the prior is filed there: the signer should know before."""
    prior, own = length("B1", study=PRIOR), length("A1")

    told = outgoing(CASE, STUDIES, (prior, own, length("A2")), (key(), key(image=7)))

    assert told == (
        Outgoing("CURRENT", measurements=2, key_images=2, images=2),
        Outgoing("PRIOR 1 · −379 d", measurements=1, images=1),
    )


def test_arrows_are_drawn_and_not_counted_as_measurements() -> None:
    """An SR document holds values; words on an image go as a presentation state alone."""
    arrow = evolve(length(), kind=MeasurementKind.ARROW, value=None)

    (told,) = outgoing(CASE, STUDIES, (arrow,), ())

    assert told.documents == ("presentation states: 1 image as marked",)


def test_marks_on_images_of_another_site_are_told_as_not_sent() -> None:
    """Silence would be taken for filed."""
    mark = length(study=PRIOR)
    away = evolve(mark, frame=evolve(mark.frame, site=SiteId("elsewhere")))

    assert [each.sent for each in outgoing(CASE, STUDIES, (away, length()), ())] == [True, False]


def test_without_a_mark_nothing_but_the_report_is_sent() -> None:
    assert outgoing(CASE, STUDIES, (), ()) == ()
