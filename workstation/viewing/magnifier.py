"""The magnifier: the same image, larger, about the place under the pointer.

It is made of the pixels of the image and not of those of the screen, by the same mapping as
the view itself: what lies in its middle lies under the pointer.
"""

from typing import Final

from attrs import evolve

from workstation.domain.measurement import PixelPoint
from workstation.viewing.resolve import ResolvedView

#: Times as large as on the view.
FACTOR: Final = 2.0


def factor_of(view: ResolvedView) -> float:
    """Twice, or as much as shows every pixel of the image: a mammogram is seen at a quarter."""
    return max(FACTOR, 1.0 / view.scale)


def magnified(view: ResolvedView, at: PixelPoint, side: int) -> ResolvedView:
    """What a square of `side` device pixels shows; `at` is a place on the view, in its middle."""
    factor, middle = factor_of(view), side / 2
    return evolve(
        view,
        a=view.a * factor,
        b=view.b * factor,
        c=view.c * factor,
        d=view.d * factor,
        e=(view.e - at[0]) * factor + middle,
        f=(view.f - at[1]) * factor + middle,
        width=side,
        height=side,
    )
