"""What the ICC profiles of open studies do to colours; each is asked of a child once."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import numpy as np

from workstation.decoder.budget import PROFILE_BYTES
from workstation.dicom.reasons import NOTICES, not_displayable
from workstation.domain.study import Frame
from workstation.errors import NotDisplayable
from workstation.imaging.colour import is_colour
from workstation.imaging.pixels import ColourTable
from workstation.text import tr

#: Tables are large, and the images of one study have one profile or two.
_KEPT: Final = 2

#: A profile to its table, as `decoder.profile.table` gives it; raises `NotDisplayable`.
Ask = Callable[[bytes], bytes]


class ColourProfiles:
    """Tables by profile. Any thread; whoever comes second waits for the first."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._making = threading.Lock()  # held while a child works
        self._lock = threading.Lock()  # held for a moment: closing a case waits for nobody
        self._cases_closed = 0
        self._tables: OrderedDict[bytes, ColourTable] = OrderedDict()

    def of(self, frame: Frame) -> ColourTable | None:
        """None for a frame whose profile nobody asks for."""
        return self._table(frame.icc_profile) if frame.icc_profile and is_colour(frame) else None

    def _table(self, profile: bytes) -> ColourTable:
        key = hashlib.sha256(profile).digest()
        with self._making:
            with self._lock:
                found, closed = self._tables.get(key), self._cases_closed
            if found is None:
                found = self._made(profile)
            with self._lock:
                if closed == self._cases_closed:  # else it may be of the case that is gone
                    self._keep(key, found)
        return found

    def _keep(self, key: bytes, table: ColourTable) -> None:
        self._tables[key] = table
        self._tables.move_to_end(key)
        if len(self._tables) > _KEPT:
            self._tables.popitem(last=False)

    def forget(self) -> None:
        """A case was closed: none of its tables stays."""
        with self._lock:
            self._cases_closed += 1
            self._tables.clear()

    def _made(self, profile: bytes) -> ColourTable:
        """A profile that cannot be used leaves the colours as they are, and says so."""
        try:
            entries = self._ask(profile)
            if len(entries) not in (0, PROFILE_BYTES):
                raise not_displayable("decoder-crashed")
        except NotDisplayable:
            return ColourTable(doubt=tr(NOTICES["bad-profile"]))
        if not entries:
            return ColourTable()
        return ColourTable(np.frombuffer(entries, np.uint8).reshape(-1, 3))
