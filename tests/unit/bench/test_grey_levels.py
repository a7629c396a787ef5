"""The grey that is painted, held against exact numbers and against another toolkit."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.bench import grey_levels as suite
from workstation.bench.grey_cases import SIDE, GreyCase, cases, write
from workstation.imaging import voi

pytestmark = pytest.mark.slow  # children are started

#: Those that dcmtk shows alike: it does not black padding out, knows one function, and
#: takes the modality values of a slope of 0.1 as whole numbers (two levels apart).
SHARED = [
    each
    for each in cases()
    if each.padding is None
    and each.chosen == 0
    and each.bits <= 16
    and (each.slope is None or float(each.slope[0]).is_integer())
    and (not each.windows or (each.windows[0].function == "LINEAR" and each.windows[0].width >= 2))
]


@pytest.fixture(scope="module")
def source() -> Iterator[LocalFrames]:
    decoders = Decoders()
    yield LocalFrames(decoders)
    decoders.close()


def test_every_pixel_of_the_corpus_has_the_grey_of_the_standard(source: LocalFrames) -> None:
    """From the file to the picture; a wrong grey hides a lesion or makes one."""
    rows = list(suite.grey_levels(source))

    assert [row for row in rows if not row.held] == []
    assert len(rows) == len(cases())


def test_the_corpus_has_every_way_to_a_grey_level() -> None:
    """A way that is not there cannot fail."""
    corpus = cases()
    functions = {w.function for each in corpus for w in each.windows}
    ways = {(each.photometric, each.inverse) for each in corpus}
    curves = [each.curve for each in corpus if each.curve is not None]

    assert functions == {"LINEAR", "LINEAR_EXACT", "SIGMOID"}
    assert len(ways) == 4
    assert {each.bits for each in corpus} == set(range(1, 33))
    assert {each.bits for each in corpus if each.signed} == set(range(2, 33))
    assert {table.bits for table in curves} == {8, 10, 12, 16}
    assert any(table.first < 0 for table in curves)
    assert any(table.packed for table in curves)
    assert sum(each.modality is not None for each in corpus) >= 8
    assert {w.width for each in corpus for w in each.windows} >= {0.25, 1.0, 1.5, 86.25}
    assert len({each.name for each in corpus}) == len(corpus)


def test_one_level_too_many_is_seen(monkeypatch: pytest.MonkeyPatch, source: LocalFrames) -> None:
    """The suite must be able to fail: here halves are rounded down."""
    kept = voi.grey_level

    def wrong(values: Any, window: Any, **more: Any) -> Any:
        return kept(values - 1e-9, window, **more)

    monkeypatch.setattr(voi, "grey_level", wrong)
    monkeypatch.setattr(suite, "cases", lambda: cases()[24:34])

    assert not all(row.held for row in suite.grey_levels(source))


@pytest.mark.peer
@pytest.mark.parametrize("each", SHARED, ids=lambda each: each.name)
def test_dcmtk_shows_the_same_to_one_level(each: GreyCase, tmp_path: Path) -> None:
    """Another reading of the standard; it rounds tables of its own, hence the one level."""
    path = write(tmp_path, each, "1.2.3")
    how = ["+Wi", "1"] if each.windows else ["+Wl", "1"]
    out = tmp_path / "it.pgm"

    subprocess.run(
        ["dcm2pnm", *how, "-O", "--write-raw-pnm", str(path), str(out)],
        capture_output=True, check=True,
    )  # fmt: skip
    theirs = np.frombuffer(out.read_bytes()[-SIDE * SIDE :], np.uint8).reshape(SIDE, SIDE)

    assert np.abs(theirs - suite.expected(each)).max() <= 1
