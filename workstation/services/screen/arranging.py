"""The board of viewports: layout, the state of every cell, and who hung what there."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import StudyRef
from workstation.domain.presentation import Voi
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.services.screen.viewed import ViewedStudy
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.hanging import (
    HangingStudy,
    Placement,
    best_match,
    hang,
    layout_for,
    window_beside,
)
from workstation.viewing.presets import Presets
from workstation.viewing.viewport import ViewportState

#: The largest layout there is.
MOST_ROWS: Final = 3
MOST_COLUMNS: Final = 4


@frozen
class Arrangement:
    """A whole board at one moment, for going back to it."""

    grid: tuple[int, int]
    alone: tuple[int, int] | None
    by_hand: bool
    states: Mapping[tuple[int, int], ViewportState]
    reasons: Mapping[tuple[int, int], str]


class Board:
    """Rows by columns of viewports. A cell that a smaller layout hides keeps its state.

    Home thread; owned by `Viewer`.
    """

    def __init__(self, presets: Presets) -> None:
        self._presets = presets
        self.fresh = ViewportState()  # a view before anything is hung on it
        self._grid: tuple[int, int] = (1, 1)
        self._alone: tuple[int, int] | None = None  # the cell that fills the window
        self.by_hand = False  # the reader chose the layout
        self.held = False  # more is being read: what hangs stays where it is, and the layout
        self._states: dict[tuple[int, int], ViewportState] = {}
        self._reasons: dict[tuple[int, int], str] = {}
        self._left: dict[str, ViewportState] = {}  # how a series looked when it was replaced

    def __len__(self) -> int:
        return self.layout[0] * self.layout[1]

    def __getitem__(self, index: int) -> ViewportState:
        return self._states.get(self._cell(index), self.fresh)

    def __setitem__(self, index: int, state: ViewportState) -> None:
        self._states[self._cell(index)] = state

    @property
    def layout(self) -> tuple[int, int]:
        """Rows, columns."""
        return (1, 1) if self._alone is not None else self._grid

    @property
    def states(self) -> tuple[ViewportState, ...]:
        """The visible ones, row by row."""
        return tuple(self[index] for index in range(len(self)))

    def reason(self, index: int) -> str:
        return self._reasons.get(self._cell(index), "")

    def clear(self) -> None:
        self._grid, self._alone, self.by_hand = (1, 1), None, False
        self.held = False
        self._states.clear()
        self._reasons.clear()
        self._left.clear()

    @property
    def arrangement(self) -> Arrangement:
        return Arrangement(
            self._grid, self._alone, self.by_hand, dict(self._states), dict(self._reasons)
        )

    def arrange(self, before: Arrangement) -> None:
        """As it was; where a view still has the same series, it stays at the image it is at."""
        now = self._states
        self._grid, self._alone, self.by_hand = before.grid, before.alone, before.by_hand
        self._states, self._reasons = dict(before.states), dict(before.reasons)
        for cell, state in before.states.items():
            here = now.get(cell, self.fresh)
            if here.display_set == state.display_set and here.frame_index != state.frame_index:
                self._states[cell] = reduce.touch(evolve(state, frame_index=here.frame_index))

    def lay_out(self, rows: int, columns: int) -> None:
        if not (1 <= rows <= MOST_ROWS and 1 <= columns <= MOST_COLUMNS):
            raise CommandError(tr("layouts go from 1x1 to {r}x{c}", r=MOST_ROWS, c=MOST_COLUMNS))
        self._grid, self._alone, self.by_hand = (rows, columns), None, True

    def spread(self, grid: tuple[int, int], states: Sequence[ViewportState]) -> None:
        """These views, row by row, in place of all others."""
        self._grid, self._alone, self.by_hand = grid, None, True
        for index, state in enumerate(states):
            self[index] = state
            self._reasons[self._cell(index)] = tr("chosen by hand")

    def maximize(self, index: int) -> int:
        """One view alone, or all of them again; gives the index of the same view after it."""
        if self._alone is not None:
            row, column = self._alone
            self._alone = None
            return row * self._grid[1] + column
        if len(self) > 1:
            self._alone = self._cell(index)
            return 0
        return index

    def put(self, index: int, display_set_id: str) -> None:
        """The reader's choice: hanging leaves it alone from now on. In the window it had."""
        here = self[index]
        if here.display_set is not None:
            self._left[here.display_set] = here
        shown = reduce.show(here, display_set_id)
        if (left := self._left.get(display_set_id)) is not None:
            shown = reduce.windowed_as(shown, left)
        self[index] = reduce.touch(shown)
        self._reasons[self._cell(index)] = tr("chosen by hand")

    def hang(
        self, studies: Sequence[ViewedStudy], of_study: Mapping[StudyRef, Sequence[DisplaySet]]
    ) -> list[ViewportState]:
        """Fill what the reader has not touched, hidden or not; gives what was hung."""
        known = [
            HangingStudy(s.ref, s.role == "current", tuple(of_study.get(s.ref, ())))
            for s in studies
        ]
        if not self.by_hand and not self.held:
            self._grid = layout_for(known)
        modality = {each.id: each.modality for study in known for each in study.display_sets}
        hung = []
        for index, placement in enumerate(hang(known, *self._grid).placements):
            cell = divmod(index, self._grid[1])
            state = self._states.get(cell, self.fresh)
            gone = state.display_set not in modality
            free = gone or not (state.touched or self.held)
            if placement is None or not free or placement.display_set == state.display_set:
                continue
            hung.append(self._place(cell, placement, modality[placement.display_set]))
        return hung

    def rewind(self) -> None:
        """To the first image, where the reader has not moved."""
        for cell, state in self._states.items():
            if not state.touched:
                self._states[cell] = evolve(state, frame_index=0)

    def compare(self, main: DisplaySet, prior: Sequence[DisplaySet]) -> None:
        """The second column becomes the best match of a prior."""
        self._alone = None
        self._grid = (self._grid[0], max(2, self._grid[1]))
        self.by_hand = True
        found = best_match(main, prior)
        for row in range(self._grid[0]):
            self._states[row, 1] = self.fresh
            if found is not None:
                placement = Placement(found[0].id, found[1], voi=window_beside(main, found[0]))
                self._place((row, 1), placement, found[0].modality)

    def _place(self, cell: tuple[int, int], placement: Placement, modality: str) -> ViewportState:
        state = reduce.show(self._states.get(cell, self.fresh), placement.display_set)
        if placement.window:
            found = self._presets.parse(placement.window, modality)
            state = reduce.window(state, found if isinstance(found, Voi) else None)
        elif placement.voi is not None:
            beside = self._states.get((cell[0], 0), self.fresh).voi  # as the reader has it
            state = reduce.window(state, beside or placement.voi)
        self._states[cell] = state
        self._reasons[cell] = placement.reason
        return state

    def _cell(self, index: int) -> tuple[int, int]:
        if self._alone is not None:
            return self._alone
        row, column = divmod(index, self._grid[1])
        return row, column
