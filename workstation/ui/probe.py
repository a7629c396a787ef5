"""The probe of the windows: the Qt platform, the fonts and the data files of the program."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from workstation.services.selftest import Finding, Verdict, judged
from workstation.text import tr


def windows(resources: Path) -> Iterator[Finding]:
    """Needs an application; a platform without a screen is enough, and says what it is."""
    qt = QApplication.instance() or QApplication(["workstation"])
    platform = QGuiApplication.platformName()
    screens = len(QGuiApplication.screens())
    text = tr(
        "Qt {version} on {platform}, {n} screens", version=qVersion(), platform=platform, n=screens
    )
    shown = platform not in ("offscreen", "minimal")
    yield Finding(tr("windows"), Verdict.GOOD if shown else Verdict.LESS, text)
    fonts = sorted((resources / "fonts").glob("*.otf"))
    loaded = [font for font in fonts if QFontDatabase.addApplicationFont(str(font)) >= 0]
    good = bool(fonts) and loaded == fonts
    yield judged(tr("fonts"), good=good, text=tr("{n} fonts load", n=len(loaded)))
    parts = ("icons", "keymaps", "templates", "selftest", "tokens.toml", "theme.qss")
    missing = [part for part in parts if not (resources / part).exists()]
    said = tr("missing: {what}", what=", ".join(missing)) if missing else tr("all are there")
    yield judged(tr("data files"), good=not missing, text=said)
    del qt
