"""What a hospital's own code of a procedure means, in words that every hospital shares."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

#: Sides that an order may name.
SIDES: Final = ("left", "right", "both")


@frozen
class Procedure:
    """Empty where the hospital's list does not say it."""

    region: str = ""  # "chest": what templates and priors go by
    side: str = ""  # one of SIDES
    code: str = ""  # the code that templates of the group know


#: By the hospital's code, in capital letters.
Procedures = Mapping[str, Procedure]
