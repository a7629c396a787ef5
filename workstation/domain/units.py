"""Units as readers see them, and as UCUM writes them (PS3.16, CID 7181 and others)."""

from types import MappingProxyType
from typing import Final

#: Pixels have no unit of their own in UCUM: they are annotations of a bare number.
_UCUM: Final = MappingProxyType(
    {
        "mm": "mm",
        "mm²": "mm2",
        "cm": "cm",
        "ml": "ml",
        "g": "g",
        "cm²": "cm2",
        "cm/s": "cm/s",
        "mm²/s": "mm2/s",
        "px": "{pixels}",
        "px²": "{square_pixels}",
        "°": "deg",
        "%": "%",
        "HU": "[hnsf'U]",
        "SUVbw": "g/ml{SUVbw}",
        "SUVlbm": "g/ml{SUVlbm}",
        "SUVlbm (James128)": "g/ml{SUVlbm(James128)}",
        "SUVlbm (Janma)": "g/ml{SUVlbm(Janma)}",
        "SUVbsa": "cm2/ml{SUVbsa}",
        "SUVibw": "g/ml{SUVibw}",
        "Bq/ml": "Bq/ml",
        "Gy": "Gy",
        "counts": "{counts}",
        "": "1",
    }
)
_SHOWN: Final = MappingProxyType(
    {code: shown for shown, code in _UCUM.items()}
    # As PS3.16 wrote them once, the annotation before the unit; archives are full of it.
    | {"{SUVbw}g/ml": "SUVbw", "{SUVlbm}g/ml": "SUVlbm", "{SUVbsa}cm2/ml": "SUVbsa"}
)
#: Units (0054,1001) of a PET image, PS3.3 C.8.9.1.1.3.
_PET: Final = MappingProxyType(
    {
        "CNTS": "counts",
        "NONE": "",
        "PCNT": "%",
        "CPS": "counts/s",
        "BQML": "Bq/ml",
        "GML": "g/ml",
        "CM2": "cm²",
        "CM2ML": "cm²/ml",
        "MLG": "ml/g",
        "MLML": "ml/ml",
        "UMOLML": "µmol/ml",
        "1CM": "1/cm",
        "MGMINML": "mg/min/ml",
        "UMOLMINML": "µmol/min/ml",
        "MLMING": "ml/min/g",
        "MLMINML": "ml/min/ml",
        "PROPCNTS": "counts",
        "PROPCPS": "counts/s",
        "STDDEV": "SD",
    }
)
_LONGEST: Final = 16  # Code Value is an SH


def ucum(shown: str) -> str:
    """The code of a unit; a unit that no table knows becomes an annotation of a bare number."""
    if shown in _UCUM:
        return _UCUM[shown]
    kept = "".join(c for c in shown if c.isascii() and c.isprintable() and c not in "{} \\")
    return f"{{{kept[: _LONGEST - 2]}}}" if kept else "1"


def of_pet(code: str) -> str:
    """The unit of a PET image as readers see it; the code itself where no table knows it."""
    return _PET.get(code, code)


def shown(code: str) -> str:
    """A UCUM code as readers see it; the code itself where no table knows it."""
    if code in _SHOWN:
        return _SHOWN[code]
    return code[1:-1] if code.startswith("{") and code.endswith("}") else code
