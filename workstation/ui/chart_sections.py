"""The parts of a chart as they stand on the order panel: each says what it is still waiting for."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from workstation.domain.chart import (
    Analyte,
    ChartDocument,
    Flag,
    HistoryEntry,
    LabResult,
    allergies,
    by_analyte,
    filtration,
)
from workstation.domain.worklist import Priority, WorklistItem
from workstation.services.reading.chart import Part, Sheet
from workstation.text import tr, trn
from workstation.ui import plain
from workstation.ui import worklist_forms as forms
from workstation.ui.plain import Tone

#: Kinds of values that are shown before the reader asks for all.
_FIRST = 24
_EARLIER = 3
_LABEL = 104


def warnings(sheet: Sheet) -> tuple[str, str, bool]:
    """For the bar of the case: kidneys that are worse than their range, allergies, and whether
    one of those is grave."""
    rate = filtration(sheet.laboratory.values)
    kidneys = ""
    if rate is not None and rate.flag:
        name = tr("eGFR") if rate.of_kidneys > 1 else tr("Creatinine")
        kidneys = f"{name} {rate.value} {_flag(rate)}"
    held = allergies(sheet.allergies.values)
    allergy = trn(len(held), "{n} allergy", "{n} allergies") if held else ""
    return kidneys, allergy, any(each.grave for each in held)


def order_section(item: WorklistItem) -> QWidget:
    """What was asked; an order without a question says so."""
    part = _Pairs()
    missing = not item.indication
    indication = item.indication or tr("none given: ask the referrer")
    part.add(tr("Indication"), indication, "open" if missing else "hi")
    if item.handed_over:
        part.add(tr("Handed over"), item.handed_over, "open")
    region = " · ".join(filter(None, (item.body_part, item.laterality)))
    part.add(tr("Procedure"), item.procedure)
    if region:
        part.add(tr("Region"), region)
    urgent: Tone = "act" if item.priority is Priority.STAT else "hi"
    part.add(tr("Priority"), forms.priority(item.priority), urgent)
    part.add(tr("Accession"), forms.isolated(item.accession))
    return plain.column(_heading(tr("Order")), part, spacing=6)


def allergy_section(part: Part[HistoryEntry]) -> QWidget:
    """What must be seen before contrast is given, graves first."""
    held = allergies(part.values)
    lines: list[QWidget] = []
    for each in held:
        mark = plain.mark("octagon-alert" if each.grave else "triangle-alert",
                          "hue.act" if each.grave else "hue.open", 14)  # fmt: skip
        words = _wrapped(each.words, "act" if each.grave else "hi")
        lines.append(plain.row(mark, words, spacing=6))
    if part.known and not held:
        said = [each.words for each in part.values if each.none_known]
        lines.append(_wrapped(", ".join(said) or tr("None is recorded."), "mid"))
    return plain.column(_heading(tr("Allergies")), *lines, *_state(part), spacing=4)


def history_section(conditions: Part[HistoryEntry], procedures: Part[HistoryEntry]) -> QWidget:
    """Conditions, then procedures; what is over is quiet."""
    rows: list[QWidget] = [_heading(tr("History"))]
    for title, part in ((tr("Conditions"), conditions), (tr("Procedures"), procedures)):
        grid = _Pairs()
        for each in part.values:
            words = tr("{words} (over)", words=each.words) if each.over else each.words
            grid.add(each.since or forms.DASH, words, "low" if each.over else "hi")
        rows.append(plain.label(title, tone="low", size="small"))
        rows.append(grid)
        if part.known and not part.values:
            rows.append(plain.label(tr("None is recorded."), tone="mid"))
        rows += _state(part)
    return plain.column(*rows, spacing=4)


def laboratory_section(
    part: Part[LabResult], scanned: datetime, every: bool, show_every: Callable[[], None]
) -> QWidget:
    """Kidneys first; the newest of each kind with those before it, and how old it is."""
    analytes = by_analyte(part.values)
    shown = analytes if every else analytes[:_FIRST]
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(5)
    for row, each in enumerate(shown):
        for column, cell in enumerate(_cells(each, scanned)):
            grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(4, 1)
    rows: list[QWidget] = [_heading(tr("Laboratory")), table]
    if part.known and not analytes:
        rows.append(plain.label(tr("None is recorded."), tone="mid"))
    left = len(analytes) - len(shown)
    if left:
        words = trn(left, "Show {n} more kind of value", "Show {n} more kinds of values")
        rows.append(plain.row(plain.button(words, show_every), 0))
    return plain.column(*rows, *_state(part), spacing=6)


def _cells(each: Analyte, scanned: datetime) -> list[QWidget]:
    newest = each.newest
    tone = _tone(newest)
    name = plain.label(newest.name, tone="hi" if newest.of_kidneys else "mid", data=True,
                       weight=600 if newest.of_kidneys else 400)  # fmt: skip
    value = plain.label(f"{newest.value} {newest.unit}".strip(), tone=tone, data=True,
                        weight=600 if newest.flag else 400)  # fmt: skip
    flag = plain.label(_flag(newest), tone=tone, size="small")
    range_ = plain.label(newest.range, tone="low", size="small", data=True)
    before = ", ".join(f"{one.value} ({_day(one)})" for one in each.before[:_EARLIER])
    when = tr("{age}; before: {values}", age=_ago(newest, scanned), values=before)
    age = plain.label(when if before else _ago(newest, scanned), tone="low", size="small",
                      data=True, wrap=True)  # fmt: skip
    return [name, value, flag, range_, age]


def _tone(result: LabResult) -> Tone:
    if result.critical:
        return "act"
    return "open" if result.flag else "hi"


def _flag(result: LabResult) -> str:
    words = {
        Flag.NONE: "",
        Flag.LOW: tr("low"),
        Flag.HIGH: tr("high"),
        Flag.ABNORMAL: tr("abnormal"),
    }[result.flag]
    if result.critical:
        words = tr("{flag}, critical", flag=words)
    return f"{words} {tr('preliminary')}".strip() if result.preliminary else words


def _day(result: LabResult) -> str:
    return f"{result.at.day} {result.at:%b %Y}" if result.at else tr("undated")


def _ago(result: LabResult, scanned: datetime) -> str:
    """Against the scan: a value of last year says little about today's kidneys."""
    if result.at is None:
        return tr("undated")
    days = (scanned.date() - result.at.date()).days
    day = _day(result)
    if days <= 0:
        return tr("same day, {time}", time=f"{result.at:%H:%M %Z}") if days == 0 else day
    return trn(days, "{n} day before, {day}", "{n} days before, {day}", day=day)


def document_section(
    part: Part[ChartDocument], timezone: str, run: Callable[[str], None]
) -> QWidget:
    """Papers of the order first; one that cannot be opened here says what it is."""
    rows: list[QWidget] = [_heading(tr("Documents"))]
    for number, each in enumerate(part.values, 1):
        at = each.at.astimezone(ZoneInfo(timezone)) if each.at else None
        told = [f"{at.day} {at:%b %Y}" if at else tr("undated")]
        told += [tr("of this order")] if each.of_order else []
        words = plain.column(
            plain.label(each.title, tone="hi", data=True),
            plain.label(" · ".join(told), tone="low", size="small", data=True),
            spacing=1,
        )
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if each.is_pdf or each.is_text:
            beside: QWidget = plain.button(tr("Open"), _opener(run, number))
        else:
            kind = each.media_type or tr("unknown")
            beside = plain.label(tr("not opened here: {kind}", kind=kind), tone="low",
                                 size="small", data=True)  # fmt: skip
        rows.append(plain.row(plain.mark("document", "text.mid", 14), words, beside, spacing=10))
    if part.known and not part.values:
        rows.append(plain.label(tr("None is recorded."), tone="mid"))
    return plain.column(*rows, *_state(part), spacing=6)


def _opener(run: Callable[[str], None], number: int) -> Callable[[], None]:
    return lambda: run(f"case.document {number}")


def _state(part: Part[HistoryEntry] | Part[LabResult] | Part[ChartDocument]) -> list[QWidget]:
    """What is missing, in words: a list that is empty because nobody answered is no all-clear."""
    if part.why:
        return [_wrapped(tr("Not known. {why}", why=part.why), "open")]
    if not part.known:
        return [plain.label(tr("Asking…"), tone="low")]
    if part.more:
        return [_wrapped(tr("The site has older ones that are not shown."), "open")]
    return []


def _heading(words: str) -> QWidget:
    return plain.label(words, tone="mid", size="small", weight=600)


def _wrapped(words: str, tone: Tone) -> QWidget:
    made = plain.label(words, tone=tone, wrap=True, data=True)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made


class _Pairs(QWidget):
    """A label and its value, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, _LABEL)
        self._grid.setColumnStretch(1, 1)

    def add(self, name: str, value: str, tone: Tone = "hi") -> None:
        at, top = self._grid.rowCount(), Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(plain.label(name, tone="low", data=True), at, 0, top)
        self._grid.addWidget(_wrapped(value, tone), at, 1)
