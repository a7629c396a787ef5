"""The shift in numbers: one line for each site, promises beside what was kept of them."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from workstation.services.reading.shift import PROMISED_S, SiteFigures
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.dialogs import Dialog
from workstation.ui.plain import Tone

_DASH = "\N{EN DASH}"


class ShiftDialog(Dialog):
    """What waits, what was kept, how fast images come."""

    def __init__(self, host: QWidget, found: Mapping[str, SiteFigures]) -> None:
        super().__init__(host, tr("This shift"), width=980)
        grid = QGridLayout()
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(9)
        heads = (
            tr("Site"), tr("Waiting"), tr("STAT"), tr("Overdue"), tr("Blocked"), tr("Accepted"),
            tr("In time"), tr("Scan to list"), tr("Over {n} min", n=round(PROMISED_S / 60)),
            tr("First image"),
        )  # fmt: skip
        for at, head in enumerate(heads):
            side = Qt.AlignmentFlag.AlignRight if at else Qt.AlignmentFlag.AlignLeft
            made = plain.label(head, tone="low", size="small", weight=600)
            grid.addWidget(made, 0, at, side)
        for line, (name, each) in enumerate(found.items(), start=1):
            grid.addWidget(plain.label(name, tone="hi", weight=600, data=True), line, 0)
            for at, (text, tone) in enumerate(cells(each), start=1):
                cell = plain.label(text, tone=tone, data=True)
                grid.addWidget(cell, line, at, Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(grid)
        promise = tr(
            "Promised: on the list {n} min after the scan. Accepted and in time count your own"
            " reports since the program started.",
            n=round(PROMISED_S / 60),
        )
        self.body.addWidget(plain.label(promise, tone="low", size="small", wrap=True))
        self.add_main(tr("Close"), self.back)


def cells(each: SiteFigures) -> list[tuple[str, Tone]]:
    """A site's line: words and their tone, in the order of the heads."""
    kept = tr("{n} of {total}", n=each.in_time, total=each.accepted) if each.accepted else _DASH
    broken = each.in_time < each.accepted
    slow = each.transfer_s is not None and each.transfer_s > PROMISED_S
    return [
        (str(each.waiting), "hi"),
        (str(each.stat), "act" if each.stat else "low"),
        (str(each.overdue), "act" if each.overdue else "low"),
        (str(each.blocked), "open" if each.blocked else "low"),
        (str(each.accepted), "hi" if each.accepted else "low"),
        (kept, "act" if broken else "done" if each.accepted else "low"),
        (_span(each.transfer_s), "open" if slow else "hi"),
        (str(each.transfer_late), "open" if each.transfer_late else "low"),
        (_span(each.first_image_s), "hi"),
    ]


def _span(seconds: float | None) -> str:
    if seconds is None:
        return _DASH
    if seconds < 10:
        return tr("{s:.1f} s", s=seconds)
    if seconds < 120:
        return tr("{s:.0f} s", s=seconds)
    return tr("{m} min", m=round(seconds / 60))
