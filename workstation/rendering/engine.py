"""Which engine samples volumes, and what the reader is told about it.

The CPU engine is the exact one and always there; a graphics card has to prove itself on this
machine first, against it (`proof`), and is left at its first fault.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any, Final, Literal, Protocol

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine
from workstation.rendering import slice_gpu
from workstation.rendering.rays_card import RaysCard
from workstation.rendering.slice_cpu import SliceEngine, SliceRequest
from workstation.text import tr
from workstation.viewing.viewport import Interpolation, SlabMode

#: What a reader may ask for.
Wish = Literal["auto", "cpu", "gpu"]


class CardLost(Exception):
    """The graphics card is of no more use to us; the words say why."""


class NoRoom(Exception):
    """One volume or picture is too large for the graphics card; the words say why."""


class Sampling(Protocol):
    """One volume, sampled as one type."""

    def slice(self, request: SliceRequest) -> NDArray[Any]: ...


@frozen(eq=False)
class Asked:
    """What a card is asked for: a request of voxels that lie as the affine says, as values of
    a type; `outside` where there are none."""

    voxels: NDArray[Any]
    affine: Affine
    request: SliceRequest
    kind: np.dtype[Any]
    outside: float


class Card(Protocol):
    """A graphics card: samples as `SliceEngine` does. Any thread; raises `CardLost`, `NoRoom`.

    Of a volume that it has no room for, it may hold fewer voxels: for previews alone.
    `purge` lets go of volumes that are no more.
    """

    def sample(self, asked: Asked) -> NDArray[Any]: ...

    def purge(self) -> None: ...


@frozen
class EngineChoice:
    """`name` stands in `state`; `notice`, on the status bar, says what is not as it could be."""

    name: str
    notice: str = ""


class Slices:
    """Samples volumes for every view of every window: by the card, where there is one that has
    room, else by the CPU. Any thread.

    `told` is called with a new choice from whatever thread has found out.
    """

    def __init__(self) -> None:
        self.choice = EngineChoice("cpu", tr("software rendering"))
        self.told: Callable[[EngineChoice], None] = lambda _: None
        self._card: Card | None = None
        self.rays: RaysCard | None = None  # renders volumes; None: the CPU does
        self._of_a_volume = ""  # a notice that goes with the case
        self._refused: dict[tuple[int, bool], Card] = {}  # of which voxels, and for a preview
        self._turn = threading.Lock()

    @property
    def card(self) -> Card | None:
        return self._card

    def use(self, card: Card | None, choice: EngineChoice) -> None:
        """From now on, for volumes that are sampled already too."""
        with self._turn:
            self._card, self.choice = card, choice
            self.rays = self.rays if card is not None else None
        self.told(choice)

    def tidy(self) -> None:
        """A case was left: nothing of it stays on the card, nor is anything said of it."""
        if self._card is not None:
            self._card.purge()
            if self.choice.notice and self.choice.notice == self._of_a_volume:
                self.use(self._card, evolve(self.choice, notice=""))
        if self.rays is not None:
            self.rays.purge()

    def lost(self, card: Card, why: str) -> None:
        """Reading goes on by the CPU. What is told once is not told again."""
        if self._card is card:
            self.use(None, EngineChoice("cpu", tr("software rendering: {why}", why=why)))

    def rays_lost(self, card: RaysCard, why: str) -> None:
        """Volumes are rendered by the CPU from now on; slices stay where they are."""
        if self.rays is card:
            self.rays = None
            notice = tr("volumes are rendered by the CPU: {why}", why=why)
            self.use(self._card, evolve(self.choice, notice=notice))

    def lacks_room(self, card: Card, voxels: NDArray[Any], why: str, *, preview: bool) -> None:
        """A volume goes by the CPU, or its previews do; others by the card."""
        key = (id(voxels), preview)
        self._refused[key] = card
        weakref.finalize(voxels, self._refused.pop, key, None)
        if self._card is card:
            self._say_of_a_volume(why)

    def rays_lack_room(self, card: RaysCard, why: str) -> None:
        """A volume at rest is rendered by the CPU, or all of its pictures."""
        if self.rays is card:
            self._say_of_a_volume(why)

    def _say_of_a_volume(self, why: str) -> None:
        notice = tr("software rendering of a volume: {why}", why=why)
        if self.choice.notice != notice:
            self._of_a_volume = notice
            self.use(self._card, evolve(self.choice, notice=notice))

    def has_room(self, card: Card, voxels: NDArray[Any], *, preview: bool) -> bool:
        """As far as is known: it has not refused them yet."""
        return self._refused.get((id(voxels), preview)) is not card

    def is_split(self, voxels: NDArray[Any]) -> bool:
        """Previews of them are the card's, what is exact the CPU's."""
        card = self._card
        return card is not None and (
            self.has_room(card, voxels, preview=True)
            and not self.has_room(card, voxels, preview=False)
        )

    def over(
        self,
        voxels: NDArray[Any],
        affine: Affine,
        background: float = 0.0,
        sampled_as: type[np.generic] | None = None,
    ) -> Sampling:
        """One volume, as `SliceEngine` takes it."""
        return _Either(self, voxels, affine, background, sampled_as)


class _Either:
    """A volume by whichever engine is in use at the moment. One thread at a time."""

    def __init__(
        self,
        slices: Slices,
        voxels: NDArray[Any],
        affine: Affine,
        background: float,
        sampled_as: type[np.generic] | None,
    ) -> None:
        self._slices = slices
        self._voxels, self._affine = np.ascontiguousarray(voxels), affine
        self._background = background
        self._kind = np.dtype(voxels.dtype if sampled_as is None else sampled_as)
        self._sampled_as = sampled_as
        self._by_cpu: SliceEngine | None = None

    def slice(self, request: SliceRequest) -> NDArray[Any]:
        found = self._by_card(request)
        if found is not None:
            return found
        if self._by_cpu is None:
            self._by_cpu = SliceEngine(
                self._voxels, self._affine, self._background, self._sampled_as
            )
        return self._by_cpu.slice(request)

    def _by_card(self, request: SliceRequest) -> NDArray[Any] | None:
        card, preview = self._slices.card, slice_gpu.is_preview(request)
        if card is None or not self._slices.has_room(card, self._voxels, preview=preview):
            return None
        if not slice_gpu.takes_request(request):
            return None
        try:
            if not slice_gpu.takes(self._voxels, self._kind):
                raise NoRoom(tr("colour and 32-bit values are the processor's"))
            return card.sample(
                Asked(self._voxels, self._affine, request, self._kind, self._background)
            )
        except NoRoom as refusal:
            self._slices.lacks_room(card, self._voxels, str(refusal), preview=preview)
        except CardLost as loss:
            self._slices.lost(card, str(loss))
        return None


#: For what has no card, and never will: a file, a test.
CPU: Final = Slices()


def why_cpu(wish: Wish, renderer: str, *, is_hardware: bool, why: str) -> str:
    """Why the card is not even tried; empty where it is. Nothing is said to who asked for it."""
    if wish == "cpu":
        return tr("software rendering, as it was set")
    if not renderer:
        return tr("software rendering: {why}", why=why)
    if wish == "auto" and not is_hardware:
        return tr("software rendering: {renderer} is no graphics card", renderer=renderer)
    return ""


def proof(card: Card) -> str:
    """What the card makes wrong of a small phantom, held against the CPU; empty: nothing."""
    rng = np.random.default_rng(5)
    affine = Affine(np.diag([0.7, 0.8, 1.5, 1.0]))
    for dtype, kind in _PAIRS:
        voxels = rng.integers(0, 100, (14, 18, 22)).astype(dtype)
        engine = SliceEngine(voxels, affine, _OUTSIDE, kind)
        for request in _proofs():
            by_card = card.sample(Asked(voxels, affine, request, np.dtype(kind), _OUTSIDE))
            apart = np.abs(by_card.astype(np.float64) - engine.slice(request))
            if not float(apart.max()) <= _APART:  # nor what is no number
                return tr("its slices differ from ours by {n}", n=f"{apart.max():.3g}")
    return ""


#: Stored values: a half that one rounds up and the other down.
_APART: Final = 1.0
_OUTSIDE: Final = 111.0
_PAIRS: Final = (
    (np.int16, np.int16), (np.uint16, np.int32), (np.uint8, np.uint8), (np.int16, np.float32),
    (np.float32, np.float32),
)  # fmt: skip


def _proofs() -> tuple[SliceRequest, ...]:
    """A plane of the grid, one across it that leaves the volume, and slabs."""
    straight = SliceRequest((0.3, 0.4, 9.1), (1, 0, 0), (0, 1, 0), (0.5, 0.5), (33, 31))
    across = SliceRequest((-2.0, 3.0, 1.0), (0.8, 0.0, 0.6), (0, 1, 0), (0.4, 0.6), (48, 21))
    slabs = (evolve(across, slab_mm=4.0, mode=mode) for mode in SlabMode)
    return (straight, across, evolve(across, interpolation=Interpolation.NEAREST), *slabs)
