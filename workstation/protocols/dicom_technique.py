"""How a frame was acquired, from its attributes to words with their units.

Zero and below is no value where none can be: writers fill what they do not know with 0.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from workstation.domain.technique import Fact, Stated
from workstation.protocols.dicom_attributes import Attributes
from workstation.text import tr


def technique_of(values: Attributes) -> tuple[Stated, ...]:
    """Whatever the object says of these; which of it is shown is not decided here."""
    found = ((fact, words(values)) for fact, words in _WORDS.items())
    return tuple(Stated(fact, said) for fact, said in found if said)


def positive(values: Attributes, *tags: str) -> float | None:
    """The first of these attributes whose number is above zero."""
    for tag in tags:
        found = values.number(tag)
        if found is not None and found > 0:
            return found
    return None


def _amount(words: str, *tags: str, factor: float = 1.0) -> Callable[[Attributes], str]:
    """One number, as few digits as say it; `words` has a place for it."""

    def said(values: Attributes) -> str:
        found = positive(values, *tags)
        return "" if found is None else tr(words, n=figure(found * factor))

    return said


def figure(value: float) -> str:
    """A tenth is enough above ten, three digits below: 6.5, 127.7, 0.0152."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 10 else f"{value:.3g}"


def _name(*tags: str, words: str = "") -> Callable[[Attributes], str]:
    """What the object writes, as it stands there; `words` has a place for it."""

    def said(values: Attributes) -> str:
        found = next(filter(None, map(values.text, tags)), "")
        return tr(words, name=found) if found and words else found

    return said


def _charge(values: Attributes) -> str:
    """mAs; written in µAs where a whole number of mAs is too coarse (PS3.3 C.8.7.8)."""
    micro = positive(values, "00181153")
    found = micro / 1000 if micro is not None else positive(values, "00181152", "00189332")
    return "" if found is None else tr("{n} mAs", n=figure(found))


def _tilt(values: Attributes) -> str:
    found = values.number("00181120")
    return tr("tilt {n}°", n=_signed(found)) if found else ""


def _b_value(values: Attributes) -> str:
    """0 is a value where the image is one of a diffusion series; others are filled with it."""
    found = values.number("00189087")
    weighted = found is not None and (found > 0 or values.text("00189075") != "")
    return tr("b {n}", n=figure(found)) if weighted and found is not None else ""


def _echo(values: Attributes) -> str:
    found = positive(values, "00180081", "00189082")
    return "" if found is None else tr("TE {n}", n=figure(found))


def _echo_number(values: Attributes) -> str:
    """The first of one is no news."""
    found = values.whole("00180086")
    return tr("echo {n}", n=found) if found is not None and found > 1 else ""


def _deviation(values: Attributes) -> str:
    found = values.number("00181413")
    return "" if found is None else tr("DI {n}", n=_signed(found))


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _anode_filter(values: Attributes) -> str:
    found = values.text("00181191"), values.text("00187050")
    return " / ".join(_element(each) for each in found) if all(found) else ""


def _element(material: str) -> str:
    """MOLYBDENUM as every reader of mammograms writes it (PS3.3 C.8.11.7)."""
    known = {
        "MOLYBDENUM": "Mo", "RHODIUM": "Rh", "TUNGSTEN": "W", "SILVER": "Ag", "ALUMINUM": "Al",
        "COPPER": "Cu", "TITANIUM": "Ti",
    }  # fmt: skip
    return known.get(material.upper(), material)


def _angles(values: Attributes) -> str:
    """Where a C-arm stood: positive is the patient's left, and cranial (PS3.3 C.8.7.5.1.2)."""
    first, second = values.number("00181510"), values.number("00181511")
    parts = []
    if first is not None:
        parts.append(f"{'LAO' if first >= 0 else 'RAO'} {figure(abs(first))}°")
    if second is not None:
        parts.append(f"{'CRA' if second >= 0 else 'CAU'} {figure(abs(second))}°")
    return " ".join(parts) if len(parts) == 2 else ""


def _frame_rate(values: Attributes) -> str:
    """Frames per second: as recorded, else from the time between frames (ms)."""
    rate, step = positive(values, "00180040"), positive(values, "00181063")
    found = rate if rate is not None or step is None else 1000 / step
    return "" if found is None else tr("{n} frames/s", n=figure(found))


def _transducer(values: Attributes) -> str:
    """The name of the probe: a serial or part number beside it says nothing to a reader."""
    found = [each for each in values.texts("00185010") if each != "UNUSED"]
    return next((each for each in found if any(letter.isalpha() for letter in each)), "")


def _frequency(values: Attributes) -> str:
    """kHz (PS3.3 C.8.5.5), in the first region that has one."""
    for each in (values, *values.items("00186011")):
        if (found := positive(each, "00186030")) is not None:
            return tr("{n} MHz", n=figure(found / 1000))
    return ""


def _thermal(values: Attributes) -> str:
    for tag, name in (("00185024", "TIS"), ("00185020", "TIB"), ("00185021", "TIC")):
        if (found := positive(values, tag)) is not None:
            return f"{name} {figure(found)}"
    return ""


def _tracer(values: Attributes) -> str:
    item = values.item("00540016")
    coded = item.item("00540304").text("00080104")
    return coded or item.text("00180031") or item.item("00540300").text("00080104")


def _activity(values: Attributes) -> str:
    """Bq in PET; nuclear medicine writes MBq into the same attribute (PS3.3 C.8.4.10)."""
    found = positive(values.item("00540016"), "00181074")
    if found is None:
        return ""
    return tr("{n} MBq", n=figure(found if found < 1e5 else found / 1e6))


def _energy(values: Attributes) -> str:
    """keV of the first window: nested in nuclear medicine, bare in PET."""
    window = values.item("00540012").item("00540013")
    for each in (window, values.item("00540013")):
        low, high = positive(each, "00540014"), positive(each, "00540015")
        if low is not None and high is not None:
            return tr("{low}–{high} keV", low=figure(low), high=figure(high))
    return ""


_WORDS: Final[Mapping[Fact, Callable[[Attributes], str]]] = MappingProxyType(
    {
        Fact.PROTOCOL: _name("00181030"),
        Fact.STATION: _name("00081010"),
        Fact.CONTRAST: _name("00180010"),
        Fact.VIEW: _name("00185101"),
        Fact.REPETITION: _amount("TR {n}", "00180080"),
        Fact.ECHO: _echo,
        Fact.INVERSION: _amount("TI {n}", "00180082", "00189079"),
        Fact.FLIP_ANGLE: _amount("flip {n}°", "00181314"),
        Fact.ECHO_NUMBER: _echo_number,
        Fact.ECHO_TRAIN: _amount("ETL {n}", "00180091"),
        Fact.AVERAGES: _amount("NEX {n}", "00180083"),
        Fact.B_VALUE: _b_value,
        Fact.FIELD: _amount("{n} T", "00180087"),
        Fact.SEQUENCE: _name("00189005", "00180024"),
        Fact.KVP: _amount("{n} kVp", "00180060"),
        Fact.CURRENT: _amount("{n} mA", "00181151", "00189330"),
        Fact.CHARGE: _charge,
        Fact.EXPOSURE_TIME: _amount("{n} ms", "00181150", "00189328"),
        Fact.KERNEL: _name("00181210", words="kernel {name}"),
        Fact.PITCH: _amount("pitch {n}", "00189311"),
        Fact.TILT: _tilt,
        Fact.DIAMETER: _amount("FOV {n} mm", "00181100", "00189317"),
        Fact.DOSE: _amount("CTDIvol {n} mGy", "00189345"),
        Fact.INTERVAL: _amount("every {n} mm", "00180088"),
        Fact.EXPOSURE_INDEX: _amount("EI {n}", "00181411"),
        Fact.DEVIATION_INDEX: _deviation,
        Fact.DISTANCE: _amount("SID {n} mm", "00181110"),
        Fact.DOSE_AREA: _amount("DAP {n} dGy·cm²", "0018115E"),
        Fact.THICKNESS: _amount("compressed {n} mm", "001811A0"),
        Fact.FORCE: _amount("{n} N", "001811A2"),
        Fact.ANODE_FILTER: _anode_filter,
        Fact.ORGAN_DOSE: _amount("AGD {n} mGy", "00400316", factor=100.0),  # Organ Dose is in dGy
        Fact.ENTRANCE_DOSE: _amount("ESAK {n} mGy", "00408302"),
        Fact.ANGLES: _angles,
        Fact.FRAME_RATE: _frame_rate,
        Fact.TRANSDUCER: _transducer,
        Fact.FREQUENCY: _frequency,
        Fact.DEPTH: _amount("depth {n} mm", "00185050"),
        Fact.MECHANICAL_INDEX: _amount("MI {n}", "00185022"),
        Fact.THERMAL_INDEX: _thermal,
        Fact.HEART_RATE: _amount("{n} bpm", "00181088"),
        Fact.TRACER: _tracer,
        Fact.ACTIVITY: _activity,
        Fact.FRAME_DURATION: _amount("{n} s", "00181242", factor=0.001),
        Fact.UNITS: _name("00541001"),
        Fact.DECAY: _name("00541102", words="decay {name}"),
        Fact.ENERGY: _energy,
    }
)
