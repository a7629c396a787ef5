"""Dialogs: one at a time, answered like a reader does."""

from attrs import evolve
from fakes_platform import site
from fakes_worklist import SITES, FakeWorklist
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.domain.identifiers import SiteId
from workstation.errors import SignInFailed, SiteUnavailable
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.reading.shift import SiteFigures
from workstation.services.selftest import Finding, Verdict
from workstation.settings import Site
from workstation.ui import dialogs
from workstation.ui.dialogs import Dialog, MessageDialog
from workstation.ui.shift_dialog import cells
from workstation.ui.sign_in import SignInDialog
from workstation.ui.site_test_dialog import SiteTestDialog


def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made).addWidget(QPushButton("under"))
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def test_a_dialog_stops_nothing_and_takes_the_keys(qtbot: QtBot) -> None:
    """Clocks go on under it; nothing under it can be pressed."""
    host = window(qtbot)
    dialog = MessageDialog(host, "Not sent", "Harbor General does not answer.", code="HTTP 503")
    dialog.open()

    assert dialogs.current(host) is dialog
    assert host.childAt(20, 20) is dialog
    assert host.focusWidget() is not host.findChild(QPushButton, "under")


def test_escape_leaves_and_nothing_has_happened(qtbot: QtBot) -> None:
    host = window(qtbot)
    done: list[str] = []
    dialog = Dialog(host, "Quit")
    dialog.add_main("Quit", lambda: done.append("quit"))
    answers: list[bool] = []
    dialog.closed.connect(answers.append)
    dialog.open()
    QTest.keyClick(host.focusWidget(), Qt.Key.Key_Escape)

    assert (answers, done) == ([False], [])


def test_enter_does_the_main_thing(qtbot: QtBot) -> None:
    host = window(qtbot)
    done: list[str] = []
    dialog = Dialog(host, "Quit")
    dialog.add_main("Quit", lambda: done.append("quit"))
    dialog.open()
    QTest.keyClick(dialog, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: done == ["quit"])


def test_a_second_dialog_waits_for_the_first(qtbot: QtBot) -> None:
    """Two at once: which one does the Enter answer?"""
    host = window(qtbot)
    first, second = Dialog(host, "first"), Dialog(host, "second")
    first.open()
    second.open()

    assert (first.isVisible(), second.isVisible()) == (True, False)

    first.back()

    assert second.isVisible()


def test_keys_are_never_left_in_what_was_closed(qtbot: QtBot) -> None:
    """The page below was changed while a password was asked for: every letter went into the
    field that nobody sees, and no key did anything any more."""
    host = window(qtbot)
    under = host.findChild(QPushButton)
    assert isinstance(under, QPushButton)
    under.setFocus()
    dialog = Dialog(host, "Sign")
    field = QLineEdit()
    dialog.body.addWidget(field)
    dialog.open(field)
    under.hide()
    QTest.keyClick(field, Qt.Key.Key_Escape)

    assert QApplication.focusWidget() is host


def test_tab_stays_inside(qtbot: QtBot) -> None:
    """Focus that wanders under the scrim is focus lost."""
    host = window(qtbot)
    dialog = Dialog(host, "fields")
    fields = [QLineEdit(), QLineEdit()]
    for field in fields:
        dialog.body.addWidget(field)
    dialog.open(fields[0])
    seen = []
    for _ in range(3):
        QTest.keyClick(host.focusWidget(), Qt.Key.Key_Tab)
        seen.append(host.focusWidget())

    assert seen == [fields[1], fields[0], fields[1]]


class Signing:
    """A sign-in whose answer the test gives."""

    def __init__(self, host: QWidget) -> None:
        out = tuple(evolve(s, state="signed-out", reader=None) for s in SITES)
        self.worklist = FakeWorklist(sites=out)
        self.asked: list[Credentials | None] = []
        self.job: Job[None] = Job()
        self.dialog = SignInDialog(host, self.worklist, self._sign_in)  # type: ignore[arg-type]
        self.dialog.open(self.dialog.user)

    def _sign_in(self, credentials: Credentials | None) -> Job[None]:
        self.asked.append(credentials)
        self.job = Job()
        return self.job

    def type_in(self, password: str) -> None:
        self.dialog.user.setText("reader")
        self.dialog.password.setText(password)
        QTest.keyClick(self.dialog.password, Qt.Key.Key_Return)


def said(dialog: QWidget) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.text()]


def test_a_wrong_password_is_said_and_the_name_is_kept(qtbot: QtBot) -> None:
    """Typed at three in the morning: only the password is asked for again."""
    signing = Signing(window(qtbot))
    signing.type_in("wrong")
    qtbot.waitUntil(lambda: len(signing.asked) == 1)
    wrong = "The name or the password is wrong."
    out = [evolve(s, state="signed-out", reader=None, message=wrong) for s in SITES]
    signing.worklist.sites = tuple(out)
    signing.job.settle(None, SignInFailed(wrong))
    signing.worklist.changed.emit(None)

    assert said(signing.dialog).count(wrong) == 1
    assert (signing.dialog.user.text(), signing.dialog.password.text()) == ("reader", "")
    assert signing.dialog.is_open


def test_one_site_that_fails_does_not_keep_the_reader_out(qtbot: QtBot) -> None:
    """Two sites wait to be read; the third says why it is not there."""
    signing = Signing(window(qtbot))
    signing.type_in("right")
    qtbot.waitUntil(lambda: len(signing.asked) == 1)
    failed = evolve(SITES[2], state="signed-out", reader=None, message="does not answer")
    signing.worklist.sites = (*SITES[:2], failed)
    signing.worklist.changed.emit(None)
    signing.job.settle(None)

    assert signing.dialog.is_open
    assert said(signing.dialog).count("signed in") == 2
    assert "does not answer" in said(signing.dialog)
    assert signing.dialog.main.text() == "Go on"


def test_signed_in_everywhere_the_dialog_goes(qtbot: QtBot) -> None:
    signing = Signing(window(qtbot))
    signing.type_in("right")
    qtbot.waitUntil(lambda: len(signing.asked) == 1)
    signing.worklist.sites = SITES
    signing.job.settle(None)

    assert not signing.dialog.is_open


def test_the_password_is_never_shown(qtbot: QtBot) -> None:
    signing = Signing(window(qtbot))

    assert signing.dialog.password.echoMode() == QLineEdit.EchoMode.Password
    assert "password" not in repr(Credentials("reader", "password"))


def test_the_shift_says_broken_promises_in_colour_and_in_words() -> None:
    """Never by colour alone: the numbers say it too."""
    good = SiteFigures(SiteId("harbor"), 3, accepted=4, in_time=4, transfer_s=70.0)
    bad = SiteFigures(
        SiteId("mesa"), 9, 2, 1, accepted=4, in_time=3, transfer_s=300.0, transfer_late=5,
        first_image_s=0.34,
    )  # fmt: skip

    assert cells(good)[5:8] == [("4 of 4", "done"), ("70 s", "hi"), ("0", "low")]
    assert cells(bad)[1:3] == [("2", "act"), ("1", "act")]
    assert cells(bad)[5:] == [("3 of 4", "act"), ("5 min", "open"), ("5", "open"), ("0.3 s", "hi")]
    assert cells(SiteFigures(SiteId("nord")))[5:7] == [("–", "low"), ("–", "hi")]


class _Asked:
    """Takes what the dialog asks, and answers when the test lets it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Credentials | None]] = []
        self.job: Job[tuple[Finding, ...]] = Job()

    def __call__(self, tested: Site, credentials: Credentials | None) -> Job[tuple[Finding, ...]]:
        self.asked.append((tested.id, credentials))
        return self.job


FOUND = (
    Finding("sign-in", Verdict.GOOD, "as Dr. Jo Sample"),
    Finding("HL7 v2", Verdict.LESS, "no listener is set up"),
    Finding("STOW-RS", Verdict.BAD, "the site refuses what is filed (403)"),
)


def test_the_self_test_of_a_site_says_each_service_in_shape_and_words(qtbot: QtBot) -> None:
    """On the telephone with the hospital at night: which part fails, in a sentence to read out."""
    window, asked = QWidget(), _Asked()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    local = site("harbor", issuer="http://127.0.0.1:9/oidc")
    dialog = SiteTestDialog(window, local, asked, "jo.sample")
    dialog.open(dialog.password)
    dialog.main.click()  # no password yet: nobody is asked
    QTest.keyClicks(dialog.password, "secret")
    dialog.main.click()
    busy = dialog.main.isEnabled()
    asked.job.settle(FOUND)
    QApplication.processEvents()
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]

    assert [(where, c.user, c.password) for where, c in asked.asked if c] == [
        ("harbor", "jo.sample", "secret")
    ]
    assert (busy, dialog.main.isEnabled()) == (False, True)
    assert dialog.password.text() == ""
    assert all(each.name in said and each.text in said for each in FOUND)


def test_where_the_provider_takes_the_password_the_self_test_goes_to_the_browser(
    qtbot: QtBot,
) -> None:
    window, asked = QWidget(), _Asked()
    qtbot.addWidget(window)
    window.show()
    dialog = SiteTestDialog(window, site("harbor"), asked)
    dialog.open()
    shown = dialog.password.isVisible()
    dialog.main.click()
    asked.job.settle(None, SiteUnavailable("Harbor cannot be reached"))

    assert not shown
    assert asked.asked == [("harbor", None)]
    assert dialog.message.text() == "Harbor cannot be reached"
