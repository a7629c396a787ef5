"""Which frames are here and were looked at: kept frame by frame, never walked anew."""

import random

import numpy as np
from fakes_viewer import FakeStore, stack

from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.services.images.coverage import Coverage, FrameState

PIXELS = FramePixels(np.frombuffer(bytes(8), np.int16).reshape(2, 2))


def test_the_counts_are_those_of_the_frames_whatever_happened() -> None:
    """A check mark on a thumbnail promises that every image was shown; a warning counts them."""
    store, rng = FakeStore(), random.Random(7)
    coverage = Coverage(store)  # type: ignore[arg-type]
    axial, twice = stack(20), stack(20, series="1.1.2")
    coverage.know(axial)
    coverage.know(twice)

    for step in range(400):
        frame = rng.choice((*axial.frames, *twice.frames))
        match rng.randrange(4):
            case 0:
                store.pixels[frame.key] = PIXELS
            case 1:
                store.pixels.pop(frame.key, None)  # room was needed
            case 2:
                store.failures[frame.key] = NotDisplayable("damaged", "damaged")
            case _:
                coverage.see(frame.key)
        coverage.update(frame.key)
        if step == 200:
            axial = stack(30)  # more of it arrived
            coverage.know(axial)

    for shown in (axial, twice):
        states = list(coverage.states(shown.id))
        assert len(states) == len(shown.frames)
        for state in FrameState:
            assert coverage.count(shown.id, state) == states.count(state)


def test_what_is_not_known_counts_nothing() -> None:
    assert Coverage(FakeStore()).count("none", FrameState.SEEN) == 0  # type: ignore[arg-type]
