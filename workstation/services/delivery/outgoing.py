"""What a signature sends beside the report, study by study: said before it is given."""

from collections.abc import Sequence

from attrs import frozen

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement, is_writable
from workstation.services.screen.viewed import ViewedStudy
from workstation.text import tr, trn


@frozen
class Outgoing:
    """The reader's marks on one study.

    `images` are those that the presentation states show: all that bear a mark.
    """

    study: str  # as it is marked on the screen: "CURRENT", "PRIOR 1 · −379 d"
    measurements: int = 0  # that have a value: the rest are drawn alone
    key_images: int = 0
    images: int = 0
    sent: bool = True  # False: its images are of another site

    @property
    def documents(self) -> tuple[str, ...]:
        """One for each kind of document that will be written."""
        said = []
        if self.measurements:
            words = trn(self.measurements, "{n} measurement", "{n} measurements")
            said.append(tr("SR document: {what}", what=words))
        if self.key_images:
            words = trn(self.key_images, "{n} image", "{n} images")
            said.append(tr("key object selection: {what}", what=words))
        words = trn(self.images, "{n} image as marked", "{n} images as marked")
        said.append(tr("presentation states: {what}", what=words))
        return tuple(said)


def outgoing(
    item: StudyRef,
    studies: Sequence[ViewedStudy],
    measurements: Sequence[Measurement],
    key_images: Sequence[KeyImage],
) -> tuple[Outgoing, ...]:
    """By study, that of the case (`item`) first; what lies at other sites is in it, not `sent`."""
    names = {each.ref: each.tag for each in studies}
    marked = [m.frame for m in measurements] + [key.frame for key in key_images]
    found = dict.fromkeys(map(_study_of, marked))
    order = sorted(found, key=lambda ref: (ref != item, ref.site != item.site))
    return tuple(
        Outgoing(
            names.get(ref, tr("another study")),
            sum(is_writable(m) for m in measurements if _study_of(m.frame) == ref),
            sum(_study_of(key.frame) == ref for key in key_images),
            len({frame for frame in marked if _study_of(frame) == ref}),
            ref.site == item.site,
        )
        for ref in order
    )


def _study_of(frame: FrameKey) -> StudyRef:
    return StudyRef(frame.site, frame.study)
