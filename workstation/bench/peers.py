"""The peers of the loading benchmarks, each in a process of its own, as their users write them.

`python -m workstation.bench.peers NAME ARGUMENTS` prints the seconds of one load, imports
not counted, and a checksum of the volume. Where pydicom has no decoder of a permissive
licence (JPEG-LS, JPEG lossless) the peer is given imagecodecs: faster than what it misses.
"""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.encaps import get_frame

Volume = NDArray[np.int16]


def _pixels(image: pydicom.Dataset) -> NDArray[Any]:
    syntax = str(image.file_meta.TransferSyntaxUID)
    decode = {
        "1.2.840.10008.1.2.4.70": imagecodecs.jpeg8_decode,
        "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_decode,
    }.get(syntax)
    if decode is None:
        return np.asarray(image.pixel_array)
    return np.asarray(decode(get_frame(image.PixelData, 0, number_of_frames=1)))


def _stacked(images: Iterable[pydicom.Dataset]) -> Volume:
    """Sorted along z, stored values, pixels of each file given back as soon as used."""
    ordered = sorted(images, key=lambda image: float(image.ImagePositionPatient[2]))
    first = ordered[0]
    volume = np.empty((len(ordered), first.Rows, first.Columns), np.int16)
    for at, image in enumerate(ordered):
        volume[at] = _pixels(image)
        del image.PixelData
        image._pixel_array = None
    return volume


def pydicom_loop(folder: str) -> Volume:
    return _stacked(pydicom.dcmread(path) for path in Path(folder).iterdir())


def simple_itk(folder: str) -> Volume:
    import SimpleITK  # no types

    sitk: Any = SimpleITK
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder))
    values = sitk.GetArrayFromImage(reader.Execute())
    return np.asarray(values + 1024, np.int16)


def dicomweb_client(base: str, study: str, series: str) -> Volume:
    """A bearer token is read from standard input: arguments are seen by everybody."""
    import requests
    from dicomweb_client.api import DICOMwebClient

    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {sys.stdin.readline().strip()}"
    client = DICOMwebClient(base, session=session)
    media = (("application/dicom", "*"),)
    return _stacked(client.retrieve_series(study, series, media_types=media))


PEERS: dict[str, Callable[..., Volume]] = {
    "pydicom": pydicom_loop,
    "SimpleITK": simple_itk,
    "dicomweb-client": dicomweb_client,
}


def main(name: str, arguments: Sequence[str]) -> None:
    if name == "SimpleITK":
        import SimpleITK  # noqa: F401 - not counted
    elif name == "dicomweb-client":
        import dicomweb_client.api  # noqa: F401 - not counted
    begun = time.perf_counter()
    volume = PEERS[name](*arguments)
    took = time.perf_counter() - begun
    sys.stdout.write(f"{took} {int(volume.sum(dtype=np.int64))}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
