"""A folder with everything hostile in it, and a good file beside each kind."""

import os
from pathlib import Path
from typing import Final

from hostile import claims, fragments, streams, structure, words
from hostile.archives import ARCHIVES
from hostile.directories import DIRECTORIES
from hostile.writing import ALL, UID_ROOT, good, image, ramp, text, uid

MODULES: Final = (claims, fragments, streams, structure, words)  # imported: theirs are in ALL
_STUDY, _SERIES, _PATIENT_ID, _NAME = 0x0020000D, 0x0020000E, 0x00100020, 0x00100010


def own_uids(data: bytes, number: int) -> bytes:
    """The object in a study of its own: one hostile object is not to excuse another."""
    return data.replace(UID_ROOT.encode(), b"2.25.77%08d" % number)


def fill(folder: Path) -> None:
    """Objects, archives, files that are none, directories that lead astray, identities."""
    for name in ("objects", "archives", "files", "dicomdir", "identity"):
        (folder / name).mkdir()
    for number, each in enumerate(ALL, 1):
        (folder / "objects" / f"{each.name}.dcm").write_bytes(own_uids(each.make(), number))
    for make in ARCHIVES:  # their checksums are over what is inside
        (folder / "archives" / f"{make.__name__}.zip").write_bytes(make())
    for name in ("objects", "archives", "files", "dicomdir", "identity"):
        number = 2000 + sum(map(ord, name))
        (folder / name / "good.dcm").write_bytes(own_uids(good(), number))
    _odd_files(folder / "files")
    _directories(folder / "dicomdir")
    _identities(folder / "identity")


def _odd_files(folder: Path) -> None:
    os.mkfifo(folder / "pipe")  # to open it is to wait for ever
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "up").symlink_to(folder.parent)
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "nowhere").symlink_to("/nonexistent")
    with (folder / "sparse").open("wb") as file:  # 40 GB that take no room
        file.truncate(40 << 30)
    with (folder / "sparse-1900").open("wb") as file:  # below every limit on files
        file.truncate(1900 << 20)


def _directories(folder: Path) -> None:
    """Directory records that refer to what is outside, and to themselves."""
    for make in DIRECTORIES:
        (folder / make.__name__).mkdir()
        (folder / make.__name__ / "DICOMDIR").write_bytes(make())


def _identities(folder: Path) -> None:
    """One study of two patients; one instance twice, and twice with other pixels."""
    for patient, name in (("A-1", "First^Patient"), ("B-2", "Second^Patient")):
        changes = {
            _PATIENT_ID: ("LO", text(patient)),
            _NAME: ("PN", text(name)),
            0x00080018: ("UI", uid(f"{UID_ROOT}.5.{ord(patient[0])}")),
        }
        (folder / f"patient-{patient}.dcm").write_bytes(own_uids(image(changes), 3000))
    (folder / "twice-1.dcm").write_bytes(own_uids(good(), 3001))
    (folder / "twice-2.dcm").write_bytes(own_uids(good(), 3001))
    (folder / "unlike-1.dcm").write_bytes(own_uids(good(), 3002))
    (folder / "unlike-2.dcm").write_bytes(own_uids(image({}, ramp()[::-1]), 3002))
