"""Makes resources/selftest/frames.json: one tiny frame for each transfer syntax.

    .venv/bin/python tests/peers/make_selftest_frames.py

Encoded by other people's programs, none of which the workstation decodes with: dcmtk
(JPEG, JPEG-LS, RLE), opj_compress of OpenJPEG 2.5 (Debian), ojph_compress of OpenJPH, cjxl
of libjxl. The picture is arithmetic (`picture`), so the right answer is known without them.
"""

import base64
import json
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRLittleEndian

ROOT = "1.2.840.10008.1.2"
SIDE = 16
OUT = Path(__file__).parents[2] / "resources/selftest/frames.json"


def picture(bits: int) -> np.ndarray:
    """A slope without steps: 4 x + 3 y of 255, or sixteen times that of 4095."""
    y, x = np.mgrid[:SIDE, :SIDE]
    grey = 4 * x + 3 * y
    return (grey if bits == 8 else grey * 16).astype("u1" if bits == 8 else "u2")


def run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def dcmtk(folder: Path, bits: int, program: str, *options: str) -> bytes:
    plain, packed = folder / "plain.dcm", folder / "packed.dcm"
    data = pydicom.Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.3"
    data.Rows = data.Columns = SIDE
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit = (8, 8, 7) if bits == 8 else (16, 12, 11)
    data.PixelRepresentation = 0
    data.add_new(0x7FE00010, "OB" if bits == 8 else "OW", picture(bits).tobytes())
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.save_as(plain, enforce_file_format=True)
    run(program, *options, plain, packed)
    return next(generate_frames(pydicom.dcmread(packed).PixelData, number_of_frames=1))


def pgm(folder: Path, bits: int) -> Path:
    file = folder / f"{bits}.pgm"
    wide = picture(bits).astype(">u2" if bits > 8 else "u1")
    file.write_bytes(b"P5\n%d %d\n%d\n" % (SIDE, SIDE, (1 << bits) - 1) + wide.tobytes())
    return file


def by_file(folder: Path, bits: int, suffix: str, *words: str) -> bytes:
    out = folder / f"out{suffix}"
    run(*(word.format(source=pgm(folder, bits), out=out) for word in words))
    return out.read_bytes()


def deflated(data: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeezer.compress(data) + squeezer.flush()
    return packed + b"\0" * (len(packed) % 2)


def frames(folder: Path) -> list[tuple[str, int, int, str, bytes]]:
    """Syntax, bits, how far a value may be off (of 4095 or 255), maker, code stream."""
    plain, native = picture(12), picture(12).tobytes()

    def j2k(*options: str) -> bytes:
        return by_file(folder, 12, ".j2k", "opj_compress", "-i", "{source}", "-o", "{out}",
                       "-n", "2", *options)  # fmt: skip

    def ht(*options: str) -> bytes:
        return by_file(folder, 12, ".j2c", "ojph_compress", "-i", "{source}", "-o", "{out}",
                       "-num_decomps", "2", *options)  # fmt: skip

    def xl(distance: str) -> bytes:
        return by_file(folder, 8, ".jxl", "cjxl", "{source}", "{out}", "-d", distance)

    jpeg: Callable[..., bytes] = lambda bits, *o: dcmtk(folder, bits, "dcmcjpeg", *o)  # noqa: E731
    baseline = jpeg(8, "+eb", "+q", "95")
    (folder / "a.jpg").write_bytes(baseline)
    run("cjxl", folder / "a.jpg", folder / "a.jxl", "--lossless_jpeg=1")
    return [
        ("", 12, 0, "arithmetic", native),
        (".1", 12, 0, "arithmetic", native),
        (".1.98", 12, 0, "arithmetic", native),
        (".1.99", 12, 0, "arithmetic", native),
        (".2", 12, 0, "arithmetic", plain.astype(">u2").tobytes()),
        (".8.1", 12, 0, "zlib", deflated(native)),
        (".5", 12, 0, "dcmcrle", dcmtk(folder, 12, "dcmcrle")),
        (".4.50", 8, 2, "dcmcjpeg", baseline),
        (".4.51", 12, 16, "dcmcjpeg", jpeg(12, "+ee", "+q", "95")),
        (".4.53", 8, 2, "dcmcjpeg", jpeg(8, "+es", "+q", "95")),
        (".4.55", 8, 2, "dcmcjpeg", jpeg(8, "+ep", "+q", "95")),
        (".4.57", 12, 0, "dcmcjpeg", jpeg(12, "+el")),
        (".4.70", 12, 0, "dcmcjpeg", jpeg(12, "+e1")),
        (".4.80", 12, 0, "dcmcjpls", dcmtk(folder, 12, "dcmcjpls", "+el")),
        (".4.81", 12, 2, "dcmcjpls", dcmtk(folder, 12, "dcmcjpls", "+en", "+md", "2")),
        (".4.90", 12, 0, "opj_compress", j2k()),
        (".4.91", 12, 16, "opj_compress", j2k("-I", "-q", "60")),
        (".4.92", 12, 0, "opj_compress", j2k()),
        (".4.93", 12, 16, "opj_compress", j2k("-I", "-q", "60")),
        (".4.110", 8, 0, "cjxl", xl("0")),
        (".4.111", 8, 2, "cjxl", (folder / "a.jxl").read_bytes()),
        (".4.112", 8, 3, "cjxl", xl("0.5")),
        (".4.201", 12, 0, "ojph_compress", ht("-reversible", "true")),
        (".4.202", 12, 0, "ojph_compress", ht("-reversible", "true", "-prog_order", "RPCL")),
        (".4.203", 12, 16, "ojph_compress", ht("-qstep", "0.0005")),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = [
            {"syntax": ROOT + name, "bits": bits, "tolerance": off, "made_by": maker,
             "frame": base64.b64encode(data).decode()}
            for name, bits, off, maker, data in frames(Path(folder))
        ]  # fmt: skip
    OUT.write_text(json.dumps({"side": SIDE, "frames": made}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
