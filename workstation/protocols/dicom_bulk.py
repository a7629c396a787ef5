"""Small tables that a site leaves out of its metadata and names by address (PS3.18 F.2.2).

Palettes, curves, overlays and profiles decide what an image looks like, so they are
fetched with the metadata; pixels and everything else are not.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from workstation.protocols.dicom_attributes import MAX_OBJECTS
from workstation.protocols.json_list import objects

_TABLES: Final = frozenset(
    {"00281201", "00281202", "00281203", "00281221", "00281222", "00281223"}
    | {"00283006", "00282000"}
)
#: What a text that names such a table bears; the last is an overlay's (60xx,3000).
_NAMES: Final = (*(tag.encode() for tag in sorted(_TABLES)), b'3000"')
#: Sequences whose items hold such tables: modality LUT, VOI LUT, optical path; those of a
#: presentation state.
_HOLDERS: Final = ("00283000", "00283010", "00480105", "00283110", "20500010")
#: Addresses of one series; an ultrasound study has three for each of its clips.
MAX_ADDRESSES: Final = 300
#: A palette has 128 kB; a profile, or an overlay over every frame, some megabytes.
MAX_BYTES: Final = 16 << 20


def addresses(body: bytes) -> tuple[str, ...]:
    """Where the tables of these objects are, each once; the site's own words, not believed."""
    if not any(tag in body for tag in _NAMES):  # pixels have an address too: no reason to look
        return ()
    found = dict.fromkeys(element["BulkDataURI"] for element in _named(_rows(body)))
    return tuple(found)[:MAX_ADDRESSES]


def filled(body: bytes, tables: Mapping[str, bytes]) -> bytes:
    """The same metadata with these tables in their places."""
    rows = _rows(body)
    for element in _named(rows):
        table = tables.get(element["BulkDataURI"])
        if table is not None:
            element["InlineBinary"] = base64.b64encode(table).decode()
    return json.dumps(rows).encode()


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        return objects(body, MAX_OBJECTS)
    except ValueError:
        return []  # whoever reads it says so


def _named(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        for tag, element in row.items():
            if not isinstance(element, dict):
                continue
            if tag in _HOLDERS and isinstance(element.get("Value"), list):
                yield from _named([each for each in element["Value"] if isinstance(each, dict)])
            elif _is_table(tag) and isinstance(element.get("BulkDataURI"), str):
                yield element


def _is_table(tag: str) -> bool:
    return tag in _TABLES or (tag.startswith("60") and tag.endswith("3000"))
