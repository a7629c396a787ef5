"""How large a volume a graphics card takes."""

from typing import Any

from attrs import frozen
from numpy.typing import NDArray

from workstation.text import tr


@frozen
class CardRoom:
    """The longest side of a volume, in voxels, and what volumes may take together."""

    longest: int
    nbytes: int

    def why_not(self, voxels: NDArray[Any], held: int = 0) -> str:
        """Why these do not fit beside what is held; empty: they do."""
        longest = max(voxels.shape)
        if longest > self.longest:
            return tr("a side of {n} voxels, the graphics card takes {most}",
                      n=longest, most=self.longest)  # fmt: skip
        if held + voxels.nbytes > self.nbytes:
            return tr("volumes may take {mb} MB of the card", mb=self.nbytes >> 20)
        return ""
