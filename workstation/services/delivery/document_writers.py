"""The writers of DICOM documents, loaded when the first one is needed, by one thread at a time.

What they import (pydicom.sr) imports itself in a circle: of two threads that begin together
one would find it half made.
"""

import threading
from typing import Final

_LOADING: Final = threading.Lock()


def load_writers() -> None:
    """On a worker, before any of them is named; takes about a second, once."""
    with _LOADING:
        import workstation.dicom.encapsulated_report
        import workstation.dicom.key_object_document
        import workstation.dicom.measurement_report
        import workstation.dicom.presentation_document
        import workstation.dicom.report_document
        import workstation.dicom.segmentation_document  # noqa: F401
