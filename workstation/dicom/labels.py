"""What a reader calls a display set: "Axial lung 2.5", never a bare number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.study import Frame, FrameContent, Series, Trait
from workstation.imaging.volume import orientation_of
from workstation.text import tr

#: How what differs between two stacks of one name is said; the others are said as they are.
_WORDS: Final[Mapping[Trait, str]] = MappingProxyType(
    {
        Trait.ECHO: "TE {value}",
        Trait.B_VALUE: "b {value}",
        Trait.DIRECTION: "direction {value}",
        Trait.CONTRAST: "contrast {value}",
        Trait.STACK: "stack {value}",
        Trait.ENERGY_WINDOW: "energy window {value}",
        Trait.DETECTOR: "detector {value}",
        Trait.TEMPORAL_POSITION: "time {value}",
        Trait.CARDIAC_PHASE: "{value} % RR",
        Trait.TRIGGER_TIME: "{value} ms",
        Trait.FRAME_TIME: "{value} ms",
        Trait.ACQUISITION: "acquisition {value}",
    }
)

#: Said by the direction itself.
_SELF_EVIDENT: Final = frozenset({"DIRECTIONAL"})
#: Words that a name may take to be told from its neighbours'; more would be a list.
_MOST_DIFFERENCES: Final = 2


@frozen
class Named:
    """A label before it is made distinct from its neighbours'."""

    label: str
    localizer: bool
    frames: tuple[Frame, ...]


def label(series: Series, frames: tuple[Frame, ...], localizer: bool, title: str = "") -> str:
    """The site's own description, else the object's title; completed where it is one word,
    made where there is none."""
    said = " ".join(series.description.split())
    if not any(letter.isalpha() for letter in said):
        said = title or _composed(series, frames)
    elif " " not in said and not localizer:
        said = _completed(said, frames)
    if localizer and "local" not in said.casefold() and "scout" not in said.casefold():
        return tr("{label} localizer", label=said)
    return said


def _completed(said: str, frames: tuple[Frame, ...]) -> str:
    """ "lung" alone leaves open which plane and how thick."""
    words = [said]
    if frames and frames[0].plane is not None:
        words.insert(0, orientation(frames[0]))
        if frames[0].thickness_mm and not any(letter.isdigit() for letter in said):
            words.append(f"{frames[0].thickness_mm:g}")
    return " ".join(filter(None, words))


def _composed(series: Series, frames: tuple[Frame, ...]) -> str:
    words = []
    if frames:
        words.append(orientation(frames[0]))
    words.append(series.body_part.capitalize() if series.body_part else series.modality)
    if frames and frames[0].thickness_mm:
        words.append(f"{frames[0].thickness_mm:g}")
    return " ".join(word for word in words if word) or tr("Images")


def orientation(frame: Frame) -> str:
    """Empty where it is not known how a frame lies in the patient."""
    if frame.plane is None or not frame.in_patient:
        return ""
    return {
        "axial": tr("Axial"),
        "coronal": tr("Coronal"),
        "sagittal": tr("Sagittal"),
    }.get(orientation_of(frame.plane), tr("Oblique"))


def distinct(sets: Sequence[Named]) -> list[str]:
    """Display sets of one series must not read the same: orientation, then what differs (a
    b-value, then a direction of it), then a number."""
    found = [each.label for each in sets]
    for at in _repeated(found):
        word = orientation(sets[at].frames[0]) if sets[at].frames else ""
        if word.casefold() not in found[at].casefold():
            found[at] = f"{found[at]} {word.casefold()}"
    for _ in range(_MOST_DIFFERENCES):
        _tell_apart(sets, found)
    return _numbered(found)


def _tell_apart(sets: Sequence[Named], found: list[str]) -> None:
    """One more word for those that read the same."""
    alike: dict[str, list[FrameContent]] = {}
    repeated = _repeated(found)
    for at in repeated:
        alike.setdefault(found[at], []).append(_content(sets[at]))
    for at in repeated:
        found[at] = " ".join((found[at], *_differing(_content(sets[at]), alike[found[at]])))


def _repeated(names: Sequence[str]) -> list[int]:
    many = Counter(names)
    return [at for at, name in enumerate(names) if many[name] > 1]


def _numbered(names: Sequence[str]) -> list[str]:
    many, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        if many[name] > 1:
            name = tr("{label} ({n} of {all})", label=name, n=seen[name], all=many[name])
        found.append(name)
    return found


def _content(named: Named) -> FrameContent:
    return named.frames[0].content if named.frames else FrameContent()


def _differing(own: FrameContent, alike: Sequence[FrameContent]) -> list[str]:
    """The words of what is not the same in all of them."""
    words = []
    for trait, value in (*own.traits, *own.moments):
        if value in _SELF_EVIDENT:
            continue
        if any((trait, value) not in (*other.traits, *other.moments) for other in alike):
            shown = f"{value:g}" if isinstance(value, float) else value
            words.append(tr(_WORDS.get(trait, "{value}"), value=shown))
            break
    if not words:
        others = [other.image_type for other in alike]
        words = [each for each in own.image_type if any(each not in other for other in others)][-1:]
    return words
