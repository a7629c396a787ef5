"""A document of ours as it is to be sent: what this program wrote and sealed itself."""

from io import BytesIO

import pydicom


def data_set_of(file: BytesIO) -> pydicom.Dataset:
    """Never for bytes from outside: those are read in the decoder child."""
    return pydicom.dcmread(file)
