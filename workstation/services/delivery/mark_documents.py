"""The documents that marks on one study become: SR, key objects, presentation states."""

import base64
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.key_image import KeyTitle
from workstation.domain.measurement import is_writable
from workstation.domain.source import Source
from workstation.domain.study import Frame, Instance
from workstation.errors import Refused
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.filings import Filing, FilingKind
from workstation.services.delivery.marked_study import MarkedStudy, plain_keys, plain_measurements
from workstation.services.delivery.shown_marks import shown_marks
from workstation.services.ports.images import FrameSource
from workstation.text import tr

if TYPE_CHECKING:
    from workstation.dicom.document_head import DocumentHead


@frozen
class _Images:
    """The instances of a study that carry marks, as its site describes them."""

    instances: Mapping[SopUID, Instance]
    frames: Mapping[FrameKey, tuple[Frame, str]]  # with the SOP class of its instance
    source: Source


def documents_of(marked: MarkedStudy, source: FrameSource) -> tuple[Filing, ...]:
    """On a lane: asks the site for the headers of the marked series, then writes.

    Raises
    ------
    Refused
        The site describes none of the marked images, or says that they are of somebody else.
    """
    load_writers()
    images = _described(marked, source)
    return (*_measured(marked, images), *_selected(marked, images), *_drawn(marked, images))


def left_out(marked: MarkedStudy, made: tuple[Filing, ...]) -> int:
    """How many marks stand in none of these documents."""
    drawn = sum(each.count for each in made if each.kind is FilingKind.PRESENTATION)
    if any(each.kind is FilingKind.MEASUREMENTS for each in made):  # on a plane no state draws
        drawn += sum(m.on is not None and is_writable(m) for m in marked.measurements)
    return max(0, marked.count - drawn)


def _described(marked: MarkedStudy, source: FrameSource) -> _Images:
    frames = [m.frame for m in marked.measurements] + [k.frame for k in marked.key_images]
    wanted = {frame.sop: frame for frame in frames}
    found: dict[SopUID, Instance] = {}
    for series in sorted({frame.series for frame in wanted.values()}):
        for each in source.metadata(marked.ref, series).instances:
            if each.sop in wanted and each.frames:
                found[each.sop] = each
    if not found:
        raise Refused(tr("the site does not describe the images that are marked"))
    for each in found.values():
        if each.patient is not None and not marked.patient.may_be(each.patient):
            raise Refused(tr("the marked images are of another patient than the order"))
    by_frame = {f.key: (f, each.sop_class) for each in found.values() for f in each.frames}
    return _Images(found, by_frame, next(iter(found.values())).source)


def _head(marked: MarkedStudy, images: _Images, series: str, sop: str) -> "DocumentHead":
    from workstation.dicom.document_head import DocumentHead, MarkedImage

    known = {
        each.sop: MarkedImage(each.sop_class, each.modality, len(each.frames))
        for each in images.instances.values()
    }
    return DocumentHead(
        marked.ref.study, images.source, marked.reader, marked.at,
        marked.uid(f"series {series}"), sop, known,
    )  # fmt: skip


def _filing(marked: MarkedStudy, kind: FilingKind, sop: str, data: bytes, count: int) -> Filing:
    return Filing(
        sop, kind, marked.ref, marked.accession, marked.reader.id, marked.at, count,
        base64.b64encode(data).decode(),
    )  # fmt: skip


def _measured(marked: MarkedStudy, images: _Images) -> Iterator[Filing]:
    # Only here: the library takes a third of a second, and most starts never need it.
    from workstation.dicom.measurement_report import measurement_report

    own = [m for m in marked.measurements if is_writable(m) and m.frame.sop in images.instances]
    if own:
        sop = marked.uid("measurements", plain_measurements(own))
        data = measurement_report(_head(marked, images, "measurements", sop), own)
        yield _filing(marked, FilingKind.MEASUREMENTS, sop, data, len(own))


def _selected(marked: MarkedStudy, images: _Images) -> Iterator[Filing]:
    """One selection for each title."""
    from workstation.dicom.key_object_document import key_object_document

    for title in KeyTitle:
        own = [k for k in marked.key_images if k.title is title and k.frame in images.frames]
        if own:
            named = [[k.frame.sop, k.frame.frame_index] for k in own]
            sop = marked.uid("key images", title, named)
            data = key_object_document(_head(marked, images, "key images", sop), title, own)
            yield _filing(marked, FilingKind.KEY_IMAGES, sop, data, len(own))


def _drawn(marked: MarkedStudy, images: _Images) -> Iterator[Filing]:
    """One state for each SOP class and way of looking."""
    from workstation.dicom.presentation_document import presentation_document

    flat = [m for m in marked.measurements if m.on is None]
    made = shown_marks(flat, marked.key_images, images.frames, marked.seen)
    for each in made:
        on = [frame for frame in images.frames if each.state.is_of(frame)]
        marks = [m for m in flat if m.frame in on]
        keys = [k for k in marked.key_images if k.frame in on]
        sop = marked.uid("presentation", plain_measurements(marks), plain_keys(keys))
        head = _head(marked, images, "presentation", sop)
        data = presentation_document(head, each.state, each.icc_profile)
        yield _filing(marked, FilingKind.PRESENTATION, sop, data, len(marks) + len(keys))
