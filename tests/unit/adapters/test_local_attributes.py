"""What a file of this machine says of itself, whole."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


@pytest.mark.parametrize("there", [True, False])
def test_the_attributes_of_a_file_are_read_whole_while_it_is_there(
    tmp_path: Path, decoders: Decoders, *, there: bool
) -> None:
    """Private elements are carried for nobody but who asks; without the disc, what was kept."""
    carried = get_testdata_file("CT_small.dcm")
    assert isinstance(carried, str)
    path = tmp_path / "CT"
    path.write_bytes(Path(carried).read_bytes())
    source = LocalFrames(decoders)
    opened = source.open(tmp_path)
    ref = opened.studies[0].ref
    (head,) = source.series(ref)
    (instance,) = source.metadata(ref, head.uid).instances
    source.frames(instance.frames, lambda *_: None)  # then it is let go of
    if not there:
        path.unlink()

    (row,) = json.loads(source.attributes(instance.frames[0].key))

    assert ("00091001" in row) is there
    assert row["00080060"]["Value"] == ["CT"]
