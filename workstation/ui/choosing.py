"""Choosing files of this machine: the system's own dialog, without stopping the event loop."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from workstation.services.lines import quoted
from workstation.text import tr


def choose_files(over: QWidget, run: Callable[[str], None], *, folder: bool) -> None:
    """What was chosen goes through the command that opens it, like a path that was typed."""
    title = tr("Look at a folder of images") if folder else tr("Look at a ZIP, DICOMDIR or file")
    dialog = QFileDialog(over, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    mode = QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile
    dialog.setFileMode(mode)
    dialog.fileSelected.connect(lambda path: run(f"file.open {quoted(path)}"))
    dialog.open()


def ask_file(
    over: QWidget, run: Callable[[str], None], title: str, line: str, *, write: bool
) -> None:
    """One file to read or to write; what was chosen goes behind the command line."""
    dialog = QFileDialog(over, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if write:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: run(f"{line} {quoted(path)}"))
    dialog.open()
