"""What a reader calls a display set: "Axial lung 2.5", never a bare number."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from workstation.domain.geometry import ImagePlane
from workstation.domain.study import Frame, Series
from workstation.text import tr

#: Cosine beyond which a normal is called after the body axis.
_NEAR_AXIS: Final = 0.9


@frozen
class Named:
    """A label before it is made distinct from its neighbours'."""

    label: str
    localizer: bool
    frames: tuple[Frame, ...]


def label(series: Series, frames: tuple[Frame, ...], localizer: bool) -> str:
    """The site's own description; completed where it is one word, made where it is none."""
    said = " ".join(series.description.split())
    if not any(letter.isalpha() for letter in said):
        said = _composed(series, frames)
    elif " " not in said and not localizer:
        said = _completed(said, frames)
    if localizer and "local" not in said.casefold() and "scout" not in said.casefold():
        return tr("{label} localizer", label=said)
    return said


def _completed(said: str, frames: tuple[Frame, ...]) -> str:
    """ "lung" alone leaves open which plane and how thick."""
    words = [said]
    if frames and frames[0].plane is not None:
        words.insert(0, orientation(frames[0].plane))
        if frames[0].thickness_mm and not any(letter.isdigit() for letter in said):
            words.append(f"{frames[0].thickness_mm:g}")
    return " ".join(words)


def _composed(series: Series, frames: tuple[Frame, ...]) -> str:
    words = []
    if frames and frames[0].plane is not None:
        words.append(orientation(frames[0].plane))
    words.append(series.body_part.capitalize() if series.body_part else series.modality)
    if frames and frames[0].thickness_mm:
        words.append(f"{frames[0].thickness_mm:g}")
    return " ".join(word for word in words if word) or tr("Images")


def orientation(plane: ImagePlane) -> str:
    x, y, z = (abs(part) for part in plane.normal)
    if z > _NEAR_AXIS:
        return tr("Axial")
    if y > _NEAR_AXIS:
        return tr("Coronal")
    return tr("Sagittal") if x > _NEAR_AXIS else tr("Oblique")


def distinct(sets: Sequence[Named]) -> list[str]:
    """Display sets of one series must not read the same: orientation, then a letter."""
    found = [each.label for each in sets]
    repeated = {name for name, count in Counter(found).items() if count > 1}
    for at, each in enumerate(sets):
        plane = each.frames[0].plane if each.frames else None
        if found[at] in repeated and plane is not None:
            word = orientation(plane)
            if word.casefold() not in found[at].casefold():
                found[at] = f"{found[at]} {word.casefold()}"
    seen: Counter[str] = Counter()
    many = Counter(found)
    for at, name in enumerate(found):
        seen[name] += 1
        if many[name] > 1:
            found[at] = tr("{label} ({n} of {all})", label=name, n=seen[name], all=many[name])
    return found
