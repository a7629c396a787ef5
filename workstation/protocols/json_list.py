"""The objects of a JSON list, one after the other.

`json.loads` holds the interpreter until the whole text is read: for the metadata of 600
images longer than the screen may stand still. Here other threads have their turn between
two objects.
"""

import json
import re
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)


def objects(body: bytes, most: int) -> list[dict[str, Any]]:
    """Every object of the list; NaN and infinities are no values.

    Raises
    ------
    ValueError
        It is no JSON, no list of objects, or has more than `most` of them.
    """
    text = body.decode(json.detect_encoding(body))
    at = _expect(text, "[", 0)
    if text[at : at + 1] == "]":
        _expect(text, "", at + 1)
        return []
    found = []
    while True:
        row, at = _decode(text, at)
        found.append(row)
        if len(found) > most:
            raise ValueError("more objects than there can be")
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing too
        if text[at : at + 1] == "]":
            _expect(text, "", at + 1)
            return found
        at = _expect(text, ",", at)


def _decode(text: str, at: int) -> tuple[dict[str, Any], int]:
    try:
        row, end = _DECODER.raw_decode(text, at)
    except RecursionError as error:
        raise ValueError("nested deeper than anything real") from error
    if not isinstance(row, dict):
        raise ValueError("not an object")
    return row, end


def _expect(text: str, sign: str, at: int) -> int:
    """Past this sign and the white space around it; past the end where there is no sign."""
    at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
    found = text[at : at + 1]
    if found != sign:
        raise ValueError("not a list")
    return _SPACE.match(text, at + len(sign)).end()  # type: ignore[union-attr]
