"""As what a plane or slab is stored: the class of its images, and what they say of the scanner.

CT, MR and PET where the images it was made of say what such an image must; everything else,
colour above all, as a secondary capture that says where it lies (a standard extended class,
PS3.2 7.3): honest, and still a volume for whoever reads its planes.
"""

from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen
from pydicom.uid import (
    CTImageStorage,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
    SecondaryCaptureImageStorage,
)

#: Elements of the images it is made of that hold for what is made of them: tag, and whether the
#: image module wants them there though they are empty (type 2).
_ALL: Final = {
    "00080022": False, "00080032": False, "00101010": False, "00101020": False,
    "00101030": False, "00180015": False, "00181030": False, "00185100": True,
    "00200012": True, "00201040": True, "00200060": True,
}  # fmt: skip
_CT: Final = {"00180010": False, "00180060": True, "00181151": False, "00181210": False}
_MR: Final = {
    "00180010": False, "00180020": True, "00180021": True, "00180022": True, "00180023": True,
    "00180024": False, "00180080": True, "00180081": True, "00180082": False, "00180087": False,
    "00180091": True, "00181314": False, "00189087": False,
}  # fmt: skip
#: How the patient lies PET says in codes, and then not as the others do (PS3.3 C.8.4.6).
_PT_ALL: Final = {t: wanted for t, wanted in _ALL.items() if t != "00185100"} | {
    "00080022": True, "00080032": True,
}  # fmt: skip
#: Dates and times too, the series' own among them: decay is reckoned from them (PS3.3 C.8.9.1).
_PT: Final = {
    "00080021": True, "00080031": True, "00080201": False,
    "00181181": True, "00181210": False, "00181242": True, "00280051": True, "00540016": True,
    "00540410": True, "00540414": True, "00541000": True, "00541001": True, "00541002": True,
    "00541006": False, "00541100": False, "00541101": False, "00541102": True,
    "00541103": False, "00541105": False, "00541300": True, "00541321": False,
}  # fmt: skip


_SCANNING_SEQUENCE: Final = "00180020"
_INVERSION_TIME: Final = "00180082"


@frozen
class Kind:
    """`needed` are those without which no image of this class can be written (type 1)."""

    sop_class: str
    carried: Mapping[str, bool]
    needed: tuple[str, ...] = ()

    def wanted(self, said: Mapping[str, Sequence[Any]]) -> Mapping[str, bool]:
        """`carried` for images that say this of themselves (types 1C and 2C)."""
        found = dict(self.carried)
        if _INVERSION_TIME in found and "IR" in said.get(_SCANNING_SEQUENCE, ()):
            found[_INVERSION_TIME] = True
        return found


_KINDS: Final = MappingProxyType(
    {
        "CT": Kind(str(CTImageStorage), MappingProxyType({**_ALL, **_CT})),
        "MR": Kind(
            str(MRImageStorage), MappingProxyType({**_ALL, **_MR}), ("00180020", "00180021")
        ),
        "PT": Kind(
            str(PositronEmissionTomographyImageStorage), MappingProxyType(_PT | _PT_ALL),
            ("00080021", "00080031", "00541000", "00541001", "00541002", "00541102", "00541300"),
        ),
    }
)  # fmt: skip
#: Whatever is read of the images for any of them.
EVERY: Final = frozenset(tag for kind in _KINDS.values() for tag in kind.carried)
_CAPTURE: Final = Kind(str(SecondaryCaptureImageStorage), MappingProxyType(_ALL))


def kind_of(modality: str, said: Container[str], *, colour: bool) -> Kind:
    """`said` are the tags that the images have a value for."""
    kind = _KINDS.get(modality)
    if colour or kind is None or any(tag not in said for tag in kind.needed):
        return _CAPTURE
    return kind


def is_capture(kind: Kind) -> bool:
    return kind is _CAPTURE
