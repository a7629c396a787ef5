"""The key sheet: the keys that work here and now, by group, and all others on request."""

import itertools
from collections.abc import Callable, Iterable

from attrs import evolve, frozen
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workstation.commands import gestures
from workstation.commands.bindings import REACH, Binding, Bindings, Scope
from workstation.commands.registry import Registry
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.actions import stroke_of
from workstation.ui.chips import KeyCap
from workstation.ui.dialogs import Dialog

_WIDTH = 1240
#: A column holds the longest name whole beside its caps.
_COLUMN = 270
_BETWEEN = 24
_ROW = 19
#: The group of the keymap that goes through images.
_IMAGES = "Images"
#: What every case takes stands above the fold; planes, volumes and segments are below it.
_EVERYDAY = (
    "Case", "Worklist", _IMAGES, "Window", "Layout", "Compare", "Measure", "Report", "Finish",
)  # fmt: skip
#: Opens what changes keys.
CHANGE = "keys.edit"
#: What head, hint and buttons take, and the edge of the window.
_AROUND = 190
#: The most that the dialog has room for.
_HIGHEST = 660


@frozen
class Entry:
    title: str
    keys: tuple[str, ...]  # caps, in order; "…" between the first and last of a row of keys


Group = tuple[str, list[Entry]]


def here(
    bindings: Bindings, registry: Registry, scope: Scope, active: frozenset[str]
) -> tuple[Binding, ...]:
    """The keys that do something where the focus is, as they are pressed there.

    In the report a letter is a letter: those that act on the images beside it bear Alt.
    """
    found = []
    for each in bindings.all:
        works = bindings.find(each.strokes, scope) is each
        if each.scope in REACH[scope] and works and registry.find(each.run)[0].when <= active:
            typed = scope is Scope.REPORT and each.strokes[0].types
            alone = scope is Scope.REPORT and each.scope is Scope.REPORT
            found.append(_with_alt(each) if typed and not alone else each)
    return tuple(found)


def _with_pointer(keys: list[Group]) -> list[Group]:
    """What the pointer does on an image, whatever tool it holds, behind the keys of images."""
    entries = [Entry(each.title, tuple(map(tr, each.caps))) for each in gestures.GESTURES]
    at = next((i + 1 for i, (title, _) in enumerate(keys) if title == _IMAGES), len(keys))
    return [*keys[:at], (gestures.GROUP, entries), *keys[at:]]


def _with_alt(binding: Binding) -> Binding:
    first, *others = binding.strokes
    return evolve(binding, strokes=(evolve(first, modifiers=first.modifiers | {"Alt"}), *others))


def groups(bindings: Iterable[Binding]) -> list[Group]:
    """Groups in the order of the keymap; keys of one title stand on one line."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in bindings:
        found.setdefault(each.group, {}).setdefault(each.title, []).append(each.keys)
    return [
        (group, [Entry(title, _caps(keys)) for title, keys in entries.items()])
        for group, entries in found.items()
    ]


def _caps(keys: list[str]) -> tuple[str, ...]:
    """The keys of one line: a row of digits by its ends, arrows behind one modifier."""
    before = {key.rpartition("+")[0] for key in keys}
    last = [key.rpartition("+")[2] or "+" for key in keys]
    if len(before) > 1:
        keys, last, before = keys[:1], last[:1], {keys[0].rpartition("+")[0]}
    modifiers = [part for part in before.pop().split("+") if part]
    if len(keys) > 2 and all(len(key) == 1 for key in last):
        return *modifiers, last[0], "…", last[-1]
    return *modifiers, *last


class KeySheet(Dialog):
    """Opens on what works here; `?` once more shows every key there is."""

    def __init__(
        self,
        host: QWidget,
        bindings: Bindings,
        registry: Registry,
        scope: Scope,
        active: frozenset[str],
        run: Callable[[str], None],
    ) -> None:
        super().__init__(host, tr("Keys"), width=_WIDTH)
        self._run = run
        self._profile = bindings.name
        self._changing = {e.strokes[0] for e in bindings.all if e.run == CHANGE}
        self._every = _with_pointer(groups(bindings.all))
        self._here = groups(here(bindings, registry, scope, active))
        if scope is Scope.IMAGES and "image" in active:
            self._here = _with_pointer(self._here)
        self._whole_sheet = False
        self._told = plain.label(tone="low", size="small")
        self.head.layout().insertWidget(1, self._told)  # type: ignore[union-attr]
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setProperty("ring", True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area)
        words = tr("Single letters act on images. While you type, hold Alt.")
        self.body.addWidget(plain.label(words, tone="low", size="small"))
        if "signed-in" in active:
            self.add_button(tr("Change…"), self._change, key=bindings.key_of(CHANGE))
        self._other = self.add_button("", self._turn, key="?")
        self.add_main(tr("Close"), self.back, key="Esc")
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Question:
            self._turn()
        elif stroke_of(event) in self._changing:
            self._change()
        elif not self._scrolled(event.key()):
            super().keyPressEvent(event)

    def _scrolled(self, key: int) -> bool:
        """What is below the edge is reached from wherever the focus is."""
        bar = self._area.verticalScrollBar()
        steps = {
            Qt.Key.Key_Down: _ROW, Qt.Key.Key_Up: -_ROW, Qt.Key.Key_End: bar.maximum(),
            Qt.Key.Key_PageDown: bar.pageStep(), Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_Home: -bar.maximum(),
        }  # fmt: skip
        step = steps.get(Qt.Key(key), 0)
        bar.setValue(bar.value() + step)
        return bool(step)

    def _change(self) -> None:
        self.back()
        self._run(CHANGE)

    def _turn(self) -> None:
        self._whole_sheet = not self._whole_sheet
        self._show()
        self.refit()

    def _show(self) -> None:
        which = tr("all of them") if self._whole_sheet else tr("that work here and now")
        profile = tr("profile {name}", name=tr(self._profile)) if self._profile else ""
        self._told.setText(" · ".join(filter(None, (which, profile))))
        self._other.setText(tr("Those that work here") if self._whole_sheet else tr("All keys"))
        self._other.updateGeometry()
        sheet = _sheet(self._every if self._whole_sheet else self._here)
        self._area.setWidget(sheet)
        room = min(_HIGHEST, self._host.height() - _AROUND)
        self._area.setMinimumHeight(min(sheet.sizeHint().height() + 2, room))


def _sheet(every: list[Group]) -> QWidget:
    found = dict(every)
    often = [(title, found[title]) for title in _EVERYDAY if title in found]
    seldom = [each for each in every if each[0] not in _EVERYDAY]
    return plain.ground(plain.column(*map(_columns, (often, seldom)), spacing=12), "raised")


def _columns(some: list[Group]) -> QWidget:
    made = QWidget()
    columns = QHBoxLayout(made)
    columns.setContentsMargins(0, 0, 0, 0)
    columns.setSpacing(_BETWEEN)
    for part in _spread(some):
        column = QVBoxLayout()
        column.setSpacing(2)
        for title, entries in part:
            column.addWidget(_group(title, entries))
            column.addSpacing(10)
        column.addStretch(1)
        columns.addLayout(column)
    columns.addStretch(1)
    return made


def _spread(every: list[Group]) -> list[list[Group]]:
    """Groups in order over the columns, so that the longest column is as short as it can be,
    in no more columns than that takes."""

    def parts(cuts: tuple[int, ...]) -> list[list[Group]]:
        edges = (0, *cuts, len(every))
        return [every[a:b] for a, b in itertools.pairwise(edges)]

    def longest(columns: list[list[Group]]) -> int:
        return max(sum(len(entries) + 2 for _, entries in column) for column in columns)

    most = max(1, min(_WIDTH // (_COLUMN + _BETWEEN), len(every)))
    ways = (
        parts(cuts) for n in range(most) for cuts in itertools.combinations(range(1, len(every)), n)
    )
    return min(ways, key=longest)


def _group(title: str, entries: list[Entry]) -> QWidget:
    """Each line by itself: one row of many keys does not take the room of the names above it."""
    lines: list[QWidget] = [plain.label(tr(title), tone="hi", weight=600)]
    for entry in entries:
        name = plain.elided(tr(entry.title), size="small", data=False)
        line = plain.row(name, 0, *(_cap(key) for key in entry.keys), spacing=3)
        line.setFixedHeight(_ROW)
        lines.append(line)
    made = plain.column(*lines, spacing=1)
    made.setFixedWidth(_COLUMN)
    return made


def _cap(key: str) -> QWidget:
    return plain.label("…", tone="low", data=True) if key == "…" else KeyCap(key)
