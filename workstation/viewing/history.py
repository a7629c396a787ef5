"""What a reader can take back: values from before each step, and those taken back."""

from typing import Final, Generic, TypeVar

from attrs import evolve, frozen

T = TypeVar("T")

#: Steps that are kept; more than anybody goes back.
MOST: Final = 200


@frozen
class History(Generic[T]):
    """`gesture` names the one in the hand: all of a drag is one step."""

    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()
    gesture: str = ""

    def noted(self, before: T, gesture: str = "") -> "History[T]":
        """A step was made from `before`; what had been taken back is gone."""
        if gesture and gesture == self.gesture and self.past:
            return evolve(self, future=())
        return History((*self.past, before)[-MOST:], (), gesture)

    def rested(self) -> "History[T]":
        """The hand let go: the next drag is a step of its own."""
        return evolve(self, gesture="")

    def back(self, now: T) -> tuple[T, "History[T]"] | None:
        """What was before, and the history from there; None where there is nothing."""
        if not self.past:
            return None
        return self.past[-1], History(self.past[:-1], (now, *self.future))

    def forward(self, now: T) -> tuple[T, "History[T]"] | None:
        """What was taken back last."""
        if not self.future:
            return None
        return self.future[0], History((*self.past, now), self.future[1:])
