"""What a final reading changed of the preliminary it began with, word by word."""

from html import escape
from typing import Final

from PySide6.QtWidgets import QWidget

from workstation.domain.report import Discrepancy, IssuedReport, SignedReport
from workstation.services.report.word_diff import Piece, differences, differs
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.frozen_text import FrozenText

_NAMES: Final = {
    Discrepancy.NONE: "no discrepancy",
    Discrepancy.MINOR: "minor discrepancy",
    Discrepancy.MAJOR: "major discrepancy",
}


def changes_since(before: IssuedReport, signed: SignedReport) -> QWidget:
    """New words on a ground and underlined, old ones struck; how much they are said to matter."""
    judged = signed.overread.discrepancy if signed.overread else Discrepancy.NONE
    words = tr("Since the preliminary of {name}: {judged}", name=before.author,
               judged=tr(_NAMES[judged]))  # fmt: skip
    head = plain.label(words, tone="mid", size="small", data=True)
    if not differs(before.text, signed.text):
        same = plain.label(tr("Not a word differs."), tone="low", size="small")
        return plain.column(head, same, 0, margins=(16, 4, 16, 8), spacing=4)
    html = "".join(map(_html, differences(before.text, signed.text)))
    changes = FrozenText(f"<p>{html}</p>", tr("Changes since the preliminary"))
    return plain.column(head, changes, margins=(16, 4, 16, 8), spacing=4)


def _html(piece: Piece) -> str:
    words = escape(piece.text).replace("\n", "<br>")
    return f"{words} " if piece.kind == "same" else f'<span class="{piece.kind}">{words}</span> '
