"""What is said of documents on their way: to the reader, and in the audit log."""

from collections.abc import Mapping
from typing import Final

from workstation.services.delivery.filings import Filing, FilingKind
from workstation.text import trn

#: How the audit log calls them.
_WHAT: Final = {
    FilingKind.MARKS: "marks",
    FilingKind.MEASUREMENTS: "measurements",
    FilingKind.KEY_IMAGES: "key images",
    FilingKind.PRESENTATION: "presentation state",
    FilingKind.REPORT: "report",
    FilingKind.REPORT_PDF: "report as PDF",
    FilingKind.PLANES: "planes",
    FilingKind.MOVIE: "movie",
    FilingKind.PICTURE: "picture",
    FilingKind.SEGMENTS: "segments",
}


def elsewhere(count: int) -> str:
    """Never silence: what is not sent would be taken for filed."""
    return trn(
        count,
        "{n} mark is on images that this site does not hold, and is not sent",
        "{n} marks are on images that this site does not hold, and are not sent",
    )


def detail_of(filing: Filing) -> Mapping[str, str]:
    return {"what": _WHAT[filing.kind], "sop": filing.id}
