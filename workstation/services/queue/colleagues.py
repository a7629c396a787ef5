"""Who is meant by a name that was typed."""

from collections.abc import Sequence

from workstation.domain.folding import folded
from workstation.domain.reader import Colleague
from workstation.errors import Refused
from workstation.text import tr


def meant_by(name: str, people: Sequence[Colleague]) -> Colleague:
    """The one whose name has these words, in any order. Raises Refused for nobody and several."""
    asked = folded(name).split()
    meant = [each for each in people if all(word in folded(each.name) for word in asked)]
    exact = [each for each in meant if sorted(folded(each.name).split()) == sorted(asked)]
    if len(exact or meant) == 1:
        return (exact or meant)[0]
    known = "; ".join(each.name for each in meant or people)
    if meant:
        raise Refused(tr("several readers are meant: {names}", names=known))
    raise Refused(tr("nobody of that name reads there; there are: {names}", names=known))
