"""Words as a search compares them: without case, accents and punctuation, in any script."""

import unicodedata
from typing import Final

#: ASCII is most of what ten thousand rows say: what is no letter or digit becomes a space.
_ASCII: Final = {n: " " for n in range(128) if not chr(n).isalnum()}


def folded(text: str) -> str:
    """Without case, accents and punctuation, so that `muller` finds `Müller-Beispiel`."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII).split())
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
