"""Finds words on the screen that took another way than `tr`."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QWidget,
)

from workstation.text import PSEUDO_LOCALE, use_locale
from workstation.ui import plain


@contextmanager
def another_language() -> Iterator[None]:
    """What is made in here is made in the pseudo-locale."""
    use_locale(PSEUDO_LOCALE)
    try:
        yield
    finally:
        use_locale("en")


def untranslated(root: QWidget) -> list[str]:
    """Texts below `root` that a reader would see and that carry no mark of the pseudo-locale.

    Widgets that `ui.plain` marked as data are left out: names and numbers of a site.
    """
    return [text for text in _texts(root) if _is_words(text) and "⟦" not in text]


def _is_words(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _texts(root: QWidget) -> Iterator[str]:
    for widget in (root, *root.findChildren(QWidget)):
        if widget.property(plain.DATA):
            continue
        yield widget.windowTitle() if widget.isWindow() else ""
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        if isinstance(widget, QMenu):
            yield from (action.text() for action in widget.actions())
        if isinstance(widget, QTableView):
            yield from _headers(widget)
        yield widget.accessibleName() if _is_chrome(widget) else ""


def _is_chrome(widget: QWidget) -> bool:
    return isinstance(widget, QLineEdit | QAbstractItemView | QAbstractButton)


def _headers(view: QTableView) -> Iterator[str]:
    model = view.model()
    assert isinstance(model, QAbstractItemModel)
    for column in range(model.columnCount()):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
