"""One text for one value, so that a digest means the same on every machine.

RFC 8785 for what we allow in it: objects with ASCII keys, lists, texts, whole numbers,
true, false, null. Fractions are refused: their text differs between languages.
"""

import hashlib
import json


def canonical(value: object) -> bytes:
    """Canonical JSON, UTF-8. Raises `ValueError` where a value has no one text."""
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check(value: object) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case dict():
            for key, member in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise ValueError(f"keys are ASCII texts, {key!r} is not")
                _check(member)
        case list() | tuple():
            for member in value:
                _check(member)
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical text")
