"""Units as readers see them, and as UCUM writes them (PS3.16, CID 7181 and others)."""

from types import MappingProxyType
from typing import Final

#: Pixels have no unit of their own in UCUM: they are annotations of a bare number.
_UCUM: Final = MappingProxyType(
    {
        "mm": "mm",
        "mm²": "mm2",
        "cm": "cm",
        "cm²": "cm2",
        "cm/s": "cm/s",
        "mm²/s": "mm2/s",
        "px": "{pixels}",
        "px²": "{square_pixels}",
        "°": "deg",
        "%": "%",
        "HU": "[hnsf'U]",
        "SUV": "{SUVbw}g/ml",
        "Bq/ml": "Bq/ml",
        "counts": "{counts}",
        "": "1",
    }
)
_SHOWN: Final = MappingProxyType({code: shown for shown, code in _UCUM.items()})
_LONGEST: Final = 16  # Code Value is an SH


def ucum(shown: str) -> str:
    """The code of a unit; a unit that no table knows becomes an annotation of a bare number."""
    if shown in _UCUM:
        return _UCUM[shown]
    kept = "".join(c for c in shown if c.isascii() and c.isprintable() and c not in "{} \\")
    return f"{{{kept[: _LONGEST - 2]}}}" if kept else "1"


def shown(code: str) -> str:
    """A UCUM code as readers see it; the code itself where no table knows it."""
    if code in _SHOWN:
        return _SHOWN[code]
    return code[1:-1] if code.startswith("{") and code.endswith("}") else code
