"""Which phase a view shows, or what several of them give together, in words."""

from workstation.domain.study import Trait
from workstation.imaging.over_time import How
from workstation.services.screen.place_words import number
from workstation.text import tr
from workstation.viewing.phases import Over, Phases


def phase_words(found: Phases) -> str:
    """ "Phase 30 % RR, 4 / 10"."""
    value = number(found.values[found.at])
    if found.axis is Trait.TEMPORAL_POSITION and value == str(found.at + 1):
        return tr("Time {n} / {total}", n=value, total=len(found.ids))
    named = {
        Trait.CARDIAC_PHASE: tr("Phase {value} % RR", value=value),
        Trait.TRIGGER_TIME: tr("Trigger {value} ms", value=value),
        Trait.FRAME_TIME: tr("Time {value} ms", value=value),
        Trait.B_VALUE: tr("b {value}", value=value),
        Trait.ECHO: tr("Echo {value} ms", value=value),
        Trait.CYCLE: tr("Phase {value} %", value=value),
        Trait.ACQUISITION: tr("Acquisition {value}", value=value),
    }.get(found.axis, tr("Time {value}", value=value))
    return tr("{phase}, {n} / {total}", phase=named, n=found.at + 1, total=len(found.ids))


def over_words(found: Phases, over: Over) -> str:
    """ "MIP of 20 phases", "Phase 40 % − phase 0 %"."""
    total = len(found.ids)
    names = {
        How.MIP: tr("MIP of {n} phases", n=total),
        How.MINIP: tr("MinIP of {n} phases", n=total),
        How.MEAN: tr("Mean of {n} phases", n=total),
    }
    if over.how is not How.MINUS:
        return names[over.how]
    less = found.ids.index(over.less) + 1 if over.less in found.ids else 0
    return tr("{phase}, less phase {n}", phase=phase_words(found), n=less)
