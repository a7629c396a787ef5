"""The key sheet: every key, by group, made from the keymap that is in force."""

import itertools

from attrs import frozen
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workstation.commands.bindings import Bindings
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import KeyCap
from workstation.ui.dialogs import Dialog

_COLUMNS = 4


@frozen
class Entry:
    title: str
    keys: tuple[str, ...]  # caps, in order; "…" between the first and last of a row of keys


Group = tuple[str, list[Entry]]


def groups(bindings: Bindings) -> list[Group]:
    """Groups in the order of the keymap; keys of one title stand on one line."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in bindings.all:
        found.setdefault(each.group, {}).setdefault(each.title, []).append(each.keys)
    return [
        (group, [Entry(title, _caps(keys)) for title, keys in entries.items()])
        for group, entries in found.items()
    ]


def _caps(keys: list[str]) -> tuple[str, ...]:
    if len(keys) > 2 and all(len(key) == 1 for key in keys):
        return keys[0], "…", keys[-1]
    if len(keys) > 1 and all("+" in key for key in keys):
        modifiers = keys[0].rsplit("+", 1)[0]
        return *modifiers.split("+"), *(key.rsplit("+", 1)[1] for key in keys)
    parts = keys[0].split("+") if len(keys[0]) > 1 else keys
    return tuple(part or "+" for part in parts)


class KeySheet(Dialog):
    def __init__(self, host: QWidget, bindings: Bindings, profile: str) -> None:
        super().__init__(host, tr("Keys"), width=1160)
        self.head.layout().insertWidget(  # type: ignore[union-attr]
            1, plain.label(tr("profile {name}", name=profile), tone="low", size="small")
        )
        columns = QHBoxLayout()
        columns.setSpacing(32)
        for part in _spread(groups(bindings)):
            column = QVBoxLayout()
            column.setSpacing(2)
            for title, entries in part:
                column.addWidget(_group(title, entries))
                column.addSpacing(10)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self.body.addLayout(columns)
        self.body.addWidget(
            plain.label(
                tr("Single letters act on images. While you type, hold Alt."),
                tone="low",
                size="small",
            )
        )
        self.add_main(tr("Close"), self.back, key="Esc")


def _spread(every: list[Group]) -> list[list[Group]]:
    """Groups in order over the columns, so that the longest column is as short as it can be."""

    def parts(cuts: tuple[int, ...]) -> list[list[Group]]:
        edges = (0, *cuts, len(every))
        return [every[a:b] for a, b in itertools.pairwise(edges)]

    def longest(columns: list[list[Group]]) -> int:
        return max(sum(len(entries) + 2 for _, entries in column) for column in columns)

    cuts = itertools.combinations(range(1, len(every)), min(_COLUMNS, len(every)) - 1)
    return min(map(parts, cuts), key=longest)


def _group(title: str, entries: list[Entry]) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(1)
    grid.setColumnStretch(0, 1)
    grid.addWidget(plain.label(tr(title), tone="hi", weight=600), 0, 0)
    for at, entry in enumerate(entries, start=1):
        grid.addWidget(plain.label(tr(entry.title), tone="mid", size="small"), at, 0)
        caps = plain.row(0, *(_cap(key) for key in entry.keys), spacing=3)
        grid.addWidget(caps, at, 1, Qt.AlignmentFlag.AlignRight)
        grid.setRowMinimumHeight(at, 20)
    return made


def _cap(key: str) -> QWidget:
    return plain.label("…", tone="low", data=True) if key == "…" else KeyCap(key)
