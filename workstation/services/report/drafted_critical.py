"""Critical results in a draft: a call that was made is not lost with the program."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workstation.domain.critical import Attempt, Category, CriticalResult, How, Told


def from_plain(read: Mapping[str, Any]) -> CriticalResult:
    """Raises KeyError, TypeError or ValueError for another form."""
    told = read["told"]
    return CriticalResult(
        Category(read["category"]),
        str(read["finding"]),
        datetime.fromisoformat(read["seen_at"]),
        tuple(
            Attempt(str(each["to"]), datetime.fromisoformat(each["at"]))
            for each in read["attempts"]
        ),
        _told(told) if told else None,
        str(read["words"]),
    )


def _told(read: Mapping[str, Any]) -> Told:
    at = datetime.fromisoformat(read["at"])
    return Told(str(read["to"]), How(read["how"]), at, bool(read["read_back"]))
