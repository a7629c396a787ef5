"""What structures are called on a view: whose work they are, and what they hold."""

from typing import Final

from workstation.domain.structure import Structure, StructureSet
from workstation.imaging.structure_values import StructureValues
from workstation.text import tr

#: Names that fit a line of the overlay.
_NAMED: Final = 4


def name_of(structure: Structure) -> str:
    """Never without who or what drew it."""
    return f"{structure.name} ({structure.source})" if structure.source else structure.name


def words_of(structures: StructureSet) -> str:
    """The names of an object's structures, and what of it is not drawn."""
    names = ", ".join(name_of(each) for each in structures.structures[:_NAMED])
    more = len(structures.structures) - _NAMED
    if more > 0:
        names = tr("{names} and {n} more", names=names, n=more)
    if structures.threshold > 1:
        names = tr("{names}, drawn at half probability", names=names)
    return "; ".join(part for part in (names, structures.left_out) if part)


def values_words(values: StructureValues) -> str:
    """ "12.3 ml, mean 45 SD 12, −20 to 90 HU"."""
    size = tr("{ml:.3g} ml", ml=values.ml)
    if not values.voxels:
        return tr("{size}, no voxel of this series in it", size=size)
    mean, sd, low, high = (
        f"{part:.3g}".replace("-", "−")
        for part in (values.mean, values.sd, values.low, values.high)
    )
    words = tr("{size}, mean {mean} SD {sd}, {low} to {high}", size=size, mean=mean, sd=sd,
               low=low, high=high)  # fmt: skip
    return f"{words} {values.unit}".rstrip()
