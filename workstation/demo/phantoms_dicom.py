"""Legal DICOM around the phantoms' pixels: identity, geometry, the modules of each class.

Everything is derived from the seed texts, so that the same case has the same UIDs on
every machine and every day. All of it says that it is a demo.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from attrs import define, field, frozen
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

DEMO_MARK: Final = "DEMO - not for clinical use"
_NAMESPACE: Final = uuid.UUID("5d0f2a1e-6a53-4d8e-9f0b-7c1f1f9a4b60")
IMPLEMENTATION: Final = "2.25." + str(uuid.uuid5(_NAMESPACE, "implementation").int)

Vector = tuple[float, float, float]


def demo_uid(*seed: object) -> str:
    """A UID under 2.25 (PS3.5 B.2), always the same for the same seed."""
    return "2.25." + str(uuid.uuid5(_NAMESPACE, "/".join(str(part) for part in seed)).int)


@frozen
class Placement:
    """Where the frames of a series lie: LPS mm, spacing (between rows, between columns)."""

    first: Vector
    step: Vector
    row: Vector = (1.0, 0.0, 0.0)
    column: Vector = (0.0, 1.0, 0.0)
    spacing: tuple[float, float] = (1.0, 1.0)
    thickness: float = 1.0

    def origin(self, index: int) -> Vector:
        f, s = self.first, self.step
        return (f[0] + index * s[0], f[1] + index * s[1], f[2] + index * s[2])


@frozen(eq=False)
class SeriesPlan:
    """What a series is made of; `pixels(index)` gives the stored values of one instance."""

    number: int
    description: str
    modality: str
    sop_class: str
    count: int
    size: tuple[int, int]  # rows, columns
    pixels: Callable[[int], NDArray[Any]] = field(repr=False)
    tags: Mapping[str, Any] = field(factory=dict, repr=False)
    placement: Placement | None = None
    frame_of_reference: str = ""
    rle: bool = False


@frozen
class Identity:
    """Whose study it is and when: what every instance of it repeats."""

    patient_id: str
    patient_name: str
    birth_date: date
    sex: str
    accession: str
    study_uid: str
    description: str
    body_part: str
    institution: str
    issuer: str
    started: datetime  # aware, in the site's zone


@define(eq=False)
class PhantomSeries:
    """A series of a phantom: each instance is made when it is asked for."""

    identity: Identity
    plan: SeriesPlan
    uid: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.uid = demo_uid(self.identity.study_uid, self.plan.number)

    @property
    def number(self) -> int:
        return self.plan.number

    @property
    def description(self) -> str:
        return self.plan.description

    @property
    def modality(self) -> str:
        return self.plan.modality

    @property
    def instances(self) -> int:
        return self.plan.count

    def sop_uid(self, index: int) -> str:
        return demo_uid(self.uid, index)

    def header(self, index: int) -> Dataset:
        """One instance without its pixels: cheap, enough for searches and metadata."""
        ds = _general(self.identity, self.plan)
        ds.SeriesInstanceUID = self.uid
        ds.SOPInstanceUID = self.sop_uid(index)
        ds.InstanceNumber = index + 1
        _place(ds, self.plan, index)
        ds.file_meta = _file_meta(ds, self.plan)
        return ds

    def dataset(self, index: int) -> Dataset:
        """One whole instance, ready for `save_as(..., enforce_file_format=True)`."""
        ds = self.header(index)
        stored = self.plan.pixels(index)
        if self.plan.rle:
            ds.compress(RLELossless, stored, generate_instance_uid=False)
        else:
            ds.add_new("PixelData", "OW", stored.astype("<u2", copy=False).tobytes())
        return ds

    def datasets(self) -> Iterator[Dataset]:
        return (self.dataset(index) for index in range(self.instances))


def _general(who: Identity, plan: SeriesPlan) -> Dataset:
    """Patient, Study, Series, Equipment and SOP Common (PS3.3 C.7.1 to C.12.1)."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = plan.sop_class
    day, clock = f"{who.started:%Y%m%d}", f"{who.started:%H%M%S}"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = day
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = clock
    ds.TimezoneOffsetFromUTC = f"{who.started:%z}"
    ds.AccessionNumber = who.accession
    ds.Modality = plan.modality
    ds.Manufacturer = "Phantom"
    ds.ManufacturerModelName = "Numerical phantom"
    ds.DeviceSerialNumber = "0"
    ds.SoftwareVersions = "1"
    ds.InstitutionName = f"{who.institution} (DEMO)"
    ds.ReferringPhysicianName = "Sample^Referrer"
    ds.StudyDescription = who.description
    ds.SeriesDescription = plan.description
    ds.PatientName = who.patient_name
    ds.PatientID = who.patient_id
    ds.IssuerOfPatientID = who.issuer
    ds.PatientBirthDate = f"{who.birth_date:%Y%m%d}"
    ds.PatientSex = who.sex
    ds.PatientComments = DEMO_MARK
    if who.body_part:
        ds.BodyPartExamined = who.body_part
    else:
        ds.Laterality = None  # of type 2C: required where no body part rules a side out
    ds.StudyInstanceUID = who.study_uid
    ds.StudyID = who.accession[-6:]
    ds.SeriesNumber = plan.number
    ds.ImageComments = DEMO_MARK
    return ds


def _place(ds: Dataset, plan: SeriesPlan, index: int) -> None:
    ds.Rows, ds.Columns = plan.size
    ds.SamplesPerPixel = 1
    ds.BitsAllocated = 16
    for keyword, value in plan.tags.items():
        setattr(ds, keyword, value(index) if callable(value) else value)
    where = plan.placement
    if where is None:
        return
    origin = where.origin(index)
    ds.FrameOfReferenceUID = plan.frame_of_reference
    ds.PositionReferenceIndicator = None
    ds.ImagePositionPatient = [f"{part:.6g}" for part in origin]
    ds.ImageOrientationPatient = [f"{part:.6g}" for part in (*where.row, *where.column)]
    ds.PixelSpacing = [f"{part:.8g}" for part in where.spacing]
    ds.SliceThickness = f"{where.thickness:.6g}"


def _file_meta(ds: Dataset, plan: SeriesPlan) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = RLELossless if plan.rle else ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "PHANTOM_1"
    return meta
