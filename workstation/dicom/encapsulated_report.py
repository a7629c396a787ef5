"""The PDF of a signed report as a DICOM object (PS3.3 A.45.1), byte for byte inside."""

from typing import Final

from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from workstation.dicom.document_head import (
    MANUFACTURER,
    DocumentHead,
    as_file,
    complete,
    identity,
)
from workstation.domain.report import SignedReport
from workstation.domain.report_states import STATES

ENCAPSULATED_PDF: Final = "1.2.840.10008.5.1.4.1.1.104.1"


def encapsulated_report(head: DocumentHead, signed: SignedReport, pdf: bytes) -> bytes:
    """A Part 10 file that holds exactly these bytes; a value of odd length is padded, and
    Encapsulated Document Length says how long it was (PS3.3 C.24.2)."""
    made = identity(head)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = ENCAPSULATED_PDF, head.sop_uid
    made.Modality, made.ConversionType = "DOC", "WSD"
    made.SeriesInstanceUID, made.SeriesNumber = head.series_uid, 1
    made.SeriesDescription = "Report (PDF)"
    made.InstanceNumber = 1
    made.Manufacturer = MANUFACTURER
    made.AcquisitionDateTime = ""
    made.BurnedInAnnotation = "YES"
    made.DocumentTitle = STATES[signed.status].printed
    made.ConceptNameCodeSequence = [_title()]
    made.VerificationFlag = "VERIFIED" if STATES[signed.status].verified else "UNVERIFIED"
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocumentLength = len(pdf)
    made.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    complete(made, head)
    return as_file(made)


def _title() -> Dataset:
    code, made = codes.LN.DiagnosticImagingReport, Dataset()
    made.CodeValue, made.CodingSchemeDesignator = code.value, code.scheme_designator
    made.CodeMeaning = code.meaning
    return made
