"""Probes of `workstation selftest`: decoder children, keyring and shared memory, as in use."""

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.adapters.decoders import Decoders
from workstation.adapters.shared_memory import Block
from workstation.decoder.codecs import TABLE
from workstation.decoder.sandbox.levels import EXPECTED, closed
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable
from workstation.services.ports.keeping import SecretStore
from workstation.services.selftest import Finding, Verdict, judged
from workstation.text import tr

_KEY = FrameKey(SiteId("selftest"), StudyUID("1.2"), SeriesUID("1.2.3"), SopUID("1.2.3.4"))


def syntaxes(decoders: Decoders, samples: Path) -> Iterator[Finding]:
    """One frame of each transfer syntax through a child, held against arithmetic."""
    kept = json.loads(samples.read_text("utf-8"))
    frames = {sample["syntax"]: sample for sample in kept["frames"]}
    for syntax, row in TABLE.items():
        name = tr("decoding {name}", name=row.name)
        if syntax not in frames:
            yield Finding(name, Verdict.BAD, tr("there is no test frame of this transfer syntax"))
        else:
            yield _decoded(decoders, name, kept["side"], frames[syntax])


def _decoded(decoders: Decoders, name: str, side: int, sample: Mapping[str, Any]) -> Finding:
    bits: int = sample["bits"]
    pixels = PixelFormat(side, side, 8 if bits == 8 else 16, bits, bits - 1, signed=False)
    data = base64.b64decode(sample["frame"])
    try:
        decoded = decoders.decode(data, Frame(_KEY, pixels, 1), sample["syntax"])
    except NotDisplayable as error:
        return Finding(name, Verdict.BAD, str(error))
    off = np.abs(decoded.stored.astype(np.int64) - _picture(side, bits)).max()
    if off > sample["tolerance"]:
        return Finding(name, Verdict.BAD, tr("wrong by {n} grey levels", n=int(off)))
    exact = tr("every value is right")
    near = tr("within {n} grey levels", n=sample["tolerance"])
    return Finding(name, Verdict.GOOD, near if sample["tolerance"] else exact)


def _picture(side: int, bits: int) -> NDArray[np.int64]:
    """What was encoded: 4 x + 3 y, sixteen times that in 12 bits (make_selftest_frames.py)."""
    y, x = np.mgrid[:side, :side]
    picture: NDArray[np.int64] = (4 * x + 3 * y) * (1 if bits == 8 else 16)
    return picture


def sandbox(decoders: Decoders) -> Iterator[Finding]:
    """How deep the sandbox of a decoder child is on this machine; what is missing is named."""
    name, levels = tr("decoder sandbox"), decoders.levels()
    if not levels:
        yield Finding(name, Verdict.BAD, tr("no decoder child starts"))
        return
    missing = ", ".join(level for level in EXPECTED if level not in levels)
    reached = tr("reached: {levels}", levels=", ".join(levels))
    if not closed(levels):
        open_still = tr("files or network stay open to a decoder; {reached}", reached=reached)
        bad = sys.platform == "linux"
        yield Finding(name, Verdict.BAD if bad else Verdict.LESS, open_still)
    elif missing:
        less = tr("{reached}; not reached: {missing}", reached=reached, missing=missing)
        yield Finding(name, Verdict.LESS, less)
    else:
        yield Finding(name, Verdict.GOOD, reached)


def shared_memory() -> Iterator[Finding]:
    """A block as frames travel in: written once, read without a copy, without a name."""
    block = Block(1 << 20)
    block.write(b"workstation")
    view = block.read_only()
    right = bytes(view[:11]) == b"workstation" and view.readonly
    block.close()
    text = tr("one megabyte, read-only to the program") if right else tr("what is read is wrong")
    yield judged(tr("shared memory"), good=right, text=text)


def keyring(secrets: SecretStore) -> Iterator[Finding]:
    """The system keyring was tried when it was opened; without one nothing is kept."""
    name = tr("keyring")
    if secrets.ram_only:
        less = tr("{why}: drafts are kept in memory alone", why=secrets.ram_only)
        yield Finding(name, Verdict.LESS, less)
    else:
        yield Finding(name, Verdict.GOOD, tr("keeps, gives back and forgets a secret"))
