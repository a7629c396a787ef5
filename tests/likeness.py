"""How alike two pictures are: structural similarity (Wang et al. 2004), grey of 0 to 255."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def likeness(a: NDArray[Any], b: NDArray[Any], side: int = 8) -> NDArray[np.float64]:
    """Of each window of 8 x 8 pixels; 1 where they are the same."""

    def mean(values: NDArray[Any]) -> NDArray[np.float64]:
        summed = np.pad(values.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        inner = summed[side:, side:] - summed[:-side, side:] - summed[side:, :-side]
        return np.asarray((inner + summed[:-side, :-side]) / side**2)

    a, b = a.astype(np.float64), b.astype(np.float64)
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    x, y = mean(a), mean(b)
    spread = mean(a * a) - x * x + mean(b * b) - y * y
    shared = mean(a * b) - x * y
    top = (2 * x * y + first) * (2 * shared + second)
    return np.asarray(top / ((x * x + y * y + first) * (spread + second)))
