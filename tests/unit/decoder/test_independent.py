"""Every syntax against a second decoder that shares no code with ours.

Ours: libjpeg-turbo, CharLS, OpenJPEG, OpenJPH, libjxl, all through imagecodecs. Theirs:
dcmtk's IJG JPEG, ffmpeg's own JPEG-LS and JPEG 2000, OpenJPEG for HTJ2K (and OpenJPH's
own encoder), pydicom's RLE written in Python. For JPEG XL there is no second code base
here: djxl is libjxl too (an older one); for deflated frames both sides are zlib. Those
tests only show that we read the values and nothing else out of them.
"""

import struct
import subprocess
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from dicom_objects import image, saved, written
from numpy.typing import NDArray
from pydicom import dcmread

from workstation.decoder import budget, codecs
from workstation.dicom import reader
from workstation.domain.study import PixelFormat

ROOT = "1.2.840.10008.1.2"
ROWS, COLUMNS = 48, 64

Stored = NDArray[np.generic]


def noise(bits: int, *, signed: bool = False, samples: int = 1, seed: int = 5) -> Stored:
    """Smooth enough to compress, rough enough that every bit is used."""
    shape = (ROWS, COLUMNS, samples) if samples > 1 else (ROWS, COLUMNS)
    wander = np.random.default_rng(seed).integers(-(1 << bits) // 20, (1 << bits) // 20 + 1, shape)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    values = np.clip(np.cumsum(wander, 0) + (low + high) // 2, low, high)
    size = 1 if bits <= 8 else 2 if bits <= 16 else 4
    return values.astype(f"{'i' if signed else 'u'}{size}")


def format_of(values: Stored, bits: int, photometric: str = "MONOCHROME2") -> PixelFormat:
    samples = values.shape[2] if values.ndim == 3 else 1
    size = values.dtype.itemsize * 8
    return PixelFormat(
        ROWS, COLUMNS, size, bits, bits - 1, values.dtype.kind == "i", samples, photometric
    )


def ours(stream: bytes, values: Stored, bits: int, syntax: str) -> Stored:
    photometric = "RGB" if values.ndim == 3 else "MONOCHROME2"
    return codecs.decode(stream, format_of(values, bits, photometric), f"{ROOT}.{syntax}")


def from_object(data: bytes) -> Stored:
    """The first frame of an object, through our own reader."""
    found = reader.read(data)
    pixels, codec = found.pixels, codecs.codec(found.syntax)
    raw = reader.frame_bytes(found, 0, budget.native_bits(pixels), codec.encapsulated)
    return codecs.decode(raw, pixels, found.syntax)


def tool(*command: object, given: bytes = b"") -> bytes:
    done = subprocess.run([str(c) for c in command], input=given, capture_output=True, check=True)
    return done.stdout


# --- JPEG: dcmtk's encoder and decoder (IJG), 8 to 16 bits ---------------------------


@pytest.mark.peer
@pytest.mark.parametrize(
    ("option", "bits", "syntax", "within"),
    [
        ("+eb", 8, "4.50", 1),
        ("+ee", 12, "4.51", 1),
        ("+es", 12, "4.53", 1),
        ("+ep", 12, "4.55", 1),
        ("+el", 8, "4.57", 0),
        ("+el", 16, "4.57", 0),
        ("+e1", 12, "4.70", 0),
        ("+e1", 16, "4.70", 0),
    ],
)
def test_jpeg_is_what_dcmtk_decodes(
    option: str, bits: int, syntax: str, within: int, tmp_path: Path
) -> None:
    """Lossless: the very values. Lossy: the standard leaves one grey level of rounding open."""
    plain = saved(tmp_path, image(noise(bits), bits))
    tool("dcmcjpeg", option, plain, tmp_path / "jpeg.dcm")
    tool("dcmdjpeg", tmp_path / "jpeg.dcm", tmp_path / "theirs.dcm")
    theirs = dcmread(tmp_path / "theirs.dcm").pixel_array.astype(int)
    data = (tmp_path / "jpeg.dcm").read_bytes()

    found = from_object(data).astype(int)

    assert reader.read(data).syntax == f"{ROOT}.{syntax}"
    assert np.abs(found - theirs).max() <= within


@pytest.mark.peer
@pytest.mark.parametrize(
    ("options", "within"), [(["+cr"], 1), (["+cy", "+s4"], 1), (["+cy", "+s2"], 8)]
)
def test_colour_jpeg_is_what_dcmtk_decodes(options: list[str], within: int, tmp_path: Path) -> None:
    """Before any colour conversion; how halved chroma is filled in is left to the decoder."""
    plain = saved(tmp_path, image(noise(8, samples=3), 8))
    tool("dcmcjpeg", "+eb", *options, plain, tmp_path / "jpeg.dcm")
    tool("dcmdjpeg", "+cn", tmp_path / "jpeg.dcm", tmp_path / "theirs.dcm")
    theirs = dcmread(tmp_path / "theirs.dcm")
    raw = np.frombuffer(theirs.PixelData, np.uint8).astype(int)
    planar = theirs.PlanarConfiguration == 1
    raw = raw.reshape(3, ROWS, COLUMNS).transpose(1, 2, 0) if planar else raw

    found = from_object((tmp_path / "jpeg.dcm").read_bytes()).astype(int)

    assert np.abs(found - raw.reshape(ROWS, COLUMNS, 3)).max() <= within


# --- JPEG-LS: CharLS encodes, ffmpeg decodes -----------------------------------------


@pytest.mark.peer
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize(("syntax", "level"), [("4.80", 0), ("4.81", 2)])
def test_jpegls_is_what_ffmpeg_decodes(bits: int, syntax: str, level: int) -> None:
    """Near-lossless too: what is lost is lost by the encoder, the decoder has no freedom."""
    values = noise(bits)
    stream = bytes(imagecodecs.jpegls_encode(values, level=level))
    theirs = ffmpeg(stream, "image2pipe", "jpegls", values)

    assert np.array_equal(ours(stream, values, bits, syntax), theirs)


@pytest.mark.peer
def test_jpegls_objects_of_dcmtk_are_its_own_values(tmp_path: Path) -> None:
    """dcmtk's JPEG-LS is an older CharLS: another encoder, not another decoder."""
    values = noise(12)
    plain = saved(tmp_path, image(values, 12))
    tool("dcmcjpls", "+el", plain, tmp_path / "ls.dcm")

    assert np.array_equal(from_object((tmp_path / "ls.dcm").read_bytes()), values)


def ffmpeg(stream: bytes, container: str, codec: str, values: Stored) -> Stored:
    kind = "gray" if values.dtype.itemsize == 1 else "gray16le"
    out = tool(
        *("ffmpeg", "-v", "error", "-f", container, "-c:v", codec, "-i", "-"),
        *("-f", "rawvideo", "-pix_fmt", kind, "-"),
        given=stream,
    )
    return np.frombuffer(out, values.dtype).reshape(values.shape)


# --- JPEG 2000: OpenJPEG encodes, ffmpeg decodes -------------------------------------


@pytest.mark.peer
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("syntax", ["4.90", "4.92"])
def test_jpeg2000_is_what_ffmpeg_decodes(bits: int, syntax: str) -> None:
    """ffmpeg puts the value into the high bits of its 16; ours stay in the low ones."""
    values = noise(bits)
    stream = bytes(
        imagecodecs.jpeg2k_encode(values, reversible=True, codecformat="j2k", bitspersample=bits)
    )
    theirs = ffmpeg(stream, "j2k_pipe", "jpeg2000", values) >> (16 - bits if bits == 12 else 0)

    found = ours(stream, values, bits, syntax)

    assert np.array_equal(found, theirs)
    assert np.array_equal(found, values)


@pytest.mark.peer
def test_lossy_jpeg2000_is_within_a_level_of_ffmpeg() -> None:
    """The irreversible wavelet is floating point: the last bit is rounding."""
    values = noise(8)
    stream = bytes(imagecodecs.jpeg2k_encode(values, level=40, codecformat="j2k"))
    theirs = ffmpeg(stream, "j2k_pipe", "jpeg2000", values).astype(int)

    assert np.abs(ours(stream, values, 8, "4.91").astype(int) - theirs).max() <= 1


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_signed_wavelet_streams_keep_their_sign(bits: int) -> None:
    """Hounsfield units below zero are lung and air."""
    values = noise(bits, signed=True)
    stream = bytes(
        imagecodecs.jpeg2k_encode(values, reversible=True, codecformat="j2k", bitspersample=bits)
    )

    assert np.array_equal(ours(stream, values, bits, "4.90"), values)


# --- HTJ2K: OpenJPH's encoder, OpenJPEG against our OpenJPH ---------------------------


@pytest.mark.peer
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize(("syntax", "order"), [("4.201", "LRCP"), ("4.202", "RPCL")])
def test_htj2k_is_what_openjpeg_decodes(bits: int, syntax: str, order: str, tmp_path: Path) -> None:
    """Two code bases for one rather new standard."""
    values = noise(bits)
    stream = openjph(values, bits, order, tmp_path, "-reversible", "true")

    found = ours(stream, values, bits, syntax)

    assert np.array_equal(found, imagecodecs.jpeg2k_decode(stream))
    assert np.array_equal(found, values)


@pytest.mark.peer
def test_lossy_htj2k_is_within_a_level_of_openjpeg(tmp_path: Path) -> None:
    """The irreversible wavelet is floating point: the last bit is rounding."""
    values = noise(12)
    stream = openjph(values, 12, "RPCL", tmp_path, "-qstep", "0.001")
    theirs = np.asarray(imagecodecs.jpeg2k_decode(stream)).astype(int)

    assert np.abs(ours(stream, values, 12, "4.203").astype(int) - theirs).max() <= 1


def openjph(values: Stored, bits: int, order: str, folder: Path, *options: str) -> bytes:
    raw = values.tobytes() if bits == 8 else values.astype(">u2").tobytes()
    head = f"P5\n{COLUMNS} {ROWS}\n{(1 << bits) - 1}\n".encode()
    (folder / "in.pgm").write_bytes(head + raw)
    names = ("-i", folder / "in.pgm", "-o", folder / "out.j2c")
    tool("ojph_compress", *names, "-prog_order", order, "-num_decomps", "4", *options)
    return (folder / "out.j2c").read_bytes()


# --- RLE: pydicom's, in Python ---------------------------------------------------------


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_rle_of_pydicom_is_its_own_values(bits: int, samples: int) -> None:
    """PS3.5 G: planes of bytes, the most significant first, the samples one after another."""
    values = noise(bits, samples=samples)
    ds = image(values, bits)
    ds.compress(f"{ROOT}.5", encoding_plugin="pydicom", generate_instance_uid=False)

    found = from_object(written(ds))

    assert np.array_equal(found, values)


@pytest.mark.parametrize("size", [4, 8])
def test_wide_rle_cells_are_put_together_from_their_bytes(size: int) -> None:
    """Parametric maps and dose grids are 32 bits and more; pydicom cannot write them."""
    values = np.arange(ROWS * COLUMNS, dtype=f"u{size}").reshape(ROWS, COLUMNS) * 0x01010101
    planes = values.astype(f">u{size}").view(np.uint8).reshape(ROWS * COLUMNS, size).T
    segments = [bytes(imagecodecs.packbits_encode(plane.tobytes())) for plane in planes]
    starts = np.cumsum([64, *(len(each) for each in segments[:-1])])
    header = struct.pack("<16I", size, *starts, *[0] * (15 - size))

    found = ours(header + b"".join(segments), values, size * 8, "5")

    assert np.array_equal(found, values)


# --- JPEG XL: the same library, so only that values arrive ------------------------------


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("container", [False, True])
def test_jpegxl_gives_back_what_went_in(bits: int, container: bool) -> None:
    """Lossless, bare and in boxes. Not independent: every tool at hand is libjxl."""
    values = noise(bits)
    stream = imagecodecs.jpegxl_encode(values, lossless=True, usecontainer=container)

    assert np.array_equal(ours(bytes(stream), values, bits, "4.110"), values)


@pytest.mark.peer
def test_jpegxl_of_an_older_libjxl_is_read(tmp_path: Path) -> None:
    """Debian's cjxl and djxl: the same code base, three years earlier."""
    values = noise(8)
    head = f"P5\n{COLUMNS} {ROWS}\n255\n".encode()
    (tmp_path / "in.pgm").write_bytes(head + values.tobytes())
    tool("cjxl", tmp_path / "in.pgm", tmp_path / "out.jxl", "-d", "1")
    tool("djxl", tmp_path / "out.jxl", tmp_path / "back.pgm")
    theirs = np.frombuffer((tmp_path / "back.pgm").read_bytes()[-values.size :], np.uint8)

    found = ours((tmp_path / "out.jxl").read_bytes(), values, 8, "4.112")

    assert np.abs(found.astype(int) - theirs.reshape(values.shape).astype(int)).max() <= 1


# --- deflated frames: zlib on both sides -------------------------------------------------


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("padding", [b"", b"\0"])
def test_a_deflated_frame_is_inflated(bits: int, padding: bytes) -> None:
    """PS3.5 8.2.16; a null byte may pad it to even length."""
    values = noise(bits)
    squeeze = zlib.compressobj(wbits=-15)
    stream = squeeze.compress(values.tobytes()) + squeeze.flush() + padding

    assert np.array_equal(ours(stream, values, bits, "8.1"), values)
