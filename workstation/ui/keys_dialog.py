"""Keys, changed by the reader: find a command, press the keys it shall have.

What the keys did before is named at once, with the choice. Everything is kept as it is done.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from workstation.commands.bindings import Binding, Scope
from workstation.commands.keymap import Bindable, Keymap, Profile
from workstation.errors import CommandError
from workstation.services.lines import quoted
from workstation.services.own_keys import MOST_KEYS, KeyChange
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import KeyCap, shown_key
from workstation.ui.key_capture import KeyCapture
from workstation.ui.picking import Row
from workstation.ui.picking_dialog import PickingDialog, matches
from workstation.ui.plain import Tone

_LIST: Final = 470


def scope_words(scope: Scope) -> str:
    """Where a key acts, in the reader's words."""
    return {
        Scope.ALWAYS: tr("everywhere"),
        Scope.WORKLIST: tr("in the worklist"),
        Scope.IMAGES: tr("on the images"),
        Scope.REPORT: tr("in the report"),
        Scope.MEASUREMENTS: tr("in the list of measurements"),
        Scope.CURVE: tr("on the curve of a volume"),
    }[scope]


def profile_words(name: str) -> str:
    """A profile by its name; any other name is that of a file."""
    known: dict[str, str] = {
        Profile.DEFAULT: tr("Default"),
        Profile.POWERSCRIBE: tr("PowerScribe-like"),
        Profile.FLUENCY: tr("Fluency-like"),
        Profile.LEFT_HAND: tr("Left hand"),
    }
    return known.get(name, tr("File of your own"))


class KeysDialog(PickingDialog):
    """The commands at the left; the keys of one of them beside it."""

    def __init__(self, host: QWidget, keymap: Keymap, run: Callable[[str], None]) -> None:
        placeholder = tr("Command or key")
        super().__init__(
            host, tr("Keys"), placeholder, keymap.own.changed, run,
            size=(1160, 720), list_width=_LIST,
        )  # fmt: skip
        self._keymap = keymap
        self._known: dict[str, Bindable] = {}
        self._wanted = ""  # keys that something else has, until the reader says whose they are
        self._more_keys = False
        self._build()
        self._list_changed()

    # --- making -----------------------------------------------------------------------

    def _build(self) -> None:
        self._title = plain.label(tone="hi", weight=600, size="report", wrap=True)
        self._told = plain.label(tone="mid", wrap=True)
        self._where = plain.label(tone="mid")
        self._caps = QHBoxLayout()
        self._elsewhere = plain.label(tone="low", size="small", data=True, wrap=True)
        self._capture = KeyCapture()
        self._capture.pressed.connect(self._tell_of)
        self._capture.captured.connect(self._captured)
        self._capture.given_up.connect(self._rest)
        self._said = plain.label(tone="mid", wrap=True, data=True)
        self._said.setMinimumHeight(40)
        self._said.setAlignment(Qt.AlignmentFlag.AlignTop)
        caps = QWidget()
        caps.setLayout(self._caps)
        self._caps.setContentsMargins(0, 0, 0, 0)
        right = plain.column(
            self._profiles(), plain.rule(), self._title, self._told,
            _named(tr("Acts"), self._where), _named(tr("Keys"), caps),
            _named(tr("Profiles"), self._elsewhere, Qt.AlignmentFlag.AlignTop),
            self._capture, self._said, spacing=12,
        )  # fmt: skip
        layout = right.layout()
        assert layout is not None
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._beside(right)
        self.add_back(tr("Close"))
        self.add_button(tr("Export…"), lambda: self._leave_for("keys.export"))
        self._all = self.add_button(tr("All as the profile has them"), self._restore_all)
        self._one = self.add_button(tr("As in the profile"), self._restore, key="Ctrl+R")
        self._none = self.add_button(tr("No key"), self._clear, key="Ctrl+Del")
        self._more = self.add_button(tr("Another key"), lambda: self._begin(more=True), "Ctrl+N")
        self._main_button = self.add_main(tr("Press its key"), self._go)
        self._control = {
            Qt.Key.Key_R: self._one.click,
            Qt.Key.Key_Delete: self._none.click,
            Qt.Key.Key_N: self._more.click,
        }

    def _profiles(self) -> QWidget:
        self._chosen = QButtonGroup(self)
        made = []
        for each in Profile:
            button = plain.button(profile_words(each), partial(self._run, f"keys.profile {each}"))
            button.setCheckable(True)
            button.setProperty("profile", each.value)
            self._chosen.addButton(button)
            made.append(button)
        return _named(tr("Profile"), plain.row(*made, 0, spacing=6))

    def back(self) -> None:
        """Escape: what was pressed is forgotten; then the dialog is left."""
        if self._wanted:
            self._rest()
        else:
            super().back()

    # --- showing ----------------------------------------------------------------------

    def _list_changed(self) -> None:
        self._known = {f"{b.scope} {b.run}": b for b in self._keymap.bindables()}
        for button in self._chosen.buttons():
            button.setChecked(button.property("profile") == self._keymap.chosen)
        self._all.setEnabled(bool(self._keymap.own.changes))
        self._picker.again(self._picker.marked.key if self._picker.marked else "")

    def _found(self, typed: str) -> Sequence[Row]:
        rows = []
        for key, each in self._known.items():
            keys = " ".join(each.keys)
            words = f"{each.title} {each.group} {each.run} {keys} {keys.replace('+', ' ')}"
            if matches(typed, words):
                tone: Tone = "here" if self._keymap.is_own(each.scope, each.run) else "mid"
                rows.append(Row(key, each.title, "  ".join(map(shown_key, each.keys)), tone))
        return rows

    def _total(self) -> int:
        return len(self._known)

    @property
    def _at(self) -> Bindable | None:
        row = self._picker.marked
        return self._known.get(row.key) if row else None

    def _show_marked(self) -> None:
        at = self._at
        self._wanted = ""
        self._capture.clear()
        self._say("")
        self._title.setText(at.title if at else "")
        self._told.setText(at.told if at else "")
        self._where.setText(f"{scope_words(at.scope)} · {at.group}" if at else "")
        self._show_caps(at.keys if at else ())
        self._elsewhere.setText(self._in_profiles(at) if at else "")
        own = at is not None and self._keymap.is_own(at.scope, at.run)
        self._one.setEnabled(own)
        self._none.setEnabled(at is not None and bool(at.keys))
        self._more.setEnabled(at is not None and 0 < len(at.keys) < MOST_KEYS)
        self._main_button.setEnabled(at is not None)
        self._main_button.setText(tr("Press its key"))

    def _show_caps(self, keys: Sequence[str]) -> None:
        while (item := self._caps.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it goes when the event loop turns
                widget.deleteLater()
        for each in keys:
            self._caps.addWidget(KeyCap(each))
        if not keys:
            self._caps.addWidget(plain.label(tr("none"), tone="low"))
        self._caps.addStretch(1)

    def _in_profiles(self, at: Bindable) -> str:
        said = []
        for each in Profile:
            keys = self._keymap.keys(at.scope, at.run, self._keymap.profile(each))
            caps = ", ".join(map(shown_key, keys)) or tr("none")
            said.append(f"{profile_words(each)}: {caps}")
        return "\n".join(said)

    def _say(self, words: str, tone: Tone = "mid") -> None:
        plain.set_tone(self._said, tone)
        self._said.setText(words)

    # --- pressing ---------------------------------------------------------------------

    def _go(self) -> None:
        if self._wanted:
            self._bind(self._wanted)
        else:
            self._begin(more=False)

    def _begin(self, *, more: bool) -> None:
        self._more_keys = more
        self._say("")
        self._capture.begin()

    def _tell_of(self, keys: str) -> None:
        """At each press, before anything is changed."""
        others = self._in_the_way(keys)
        if others:
            self._say(_losing(keys, others), "act")
        else:
            self._say(tr("{keys} is free", keys=shown_key(keys)))

    def _captured(self, keys: str) -> None:
        at = self._at
        if at is None:
            return
        try:
            self._keymap.judge(KeyChange(at.scope, at.run, (keys,)))
        except CommandError as error:
            self._rest()
            self._say(str(error), "act")
            return
        if self._in_the_way(keys):
            self._wanted = keys
            self._main_button.setText(tr("Take it"))
            self._main_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._bind(keys)

    def _in_the_way(self, keys: str) -> Sequence[Binding]:
        at = self._at
        try:
            return self._keymap.in_the_way(at.scope, at.run, keys) if at else ()
        except CommandError:
            return ()  # no key: said when it was pressed to its end

    def _rest(self) -> None:
        """Nothing is pressed, nothing is wanted; the keyboard is in the list."""
        self._wanted = ""
        self._capture.clear()
        self._main_button.setText(tr("Press its key"))
        self._say("")
        self._picker.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- acting -----------------------------------------------------------------------

    def _bind(self, keys: str) -> None:
        at = self._at
        if at is None:
            return
        every = [*(at.keys if self._more_keys else ()), keys]
        self._rest()
        self._run(f"keys.bind {at.scope} {quoted(at.run)} {' '.join(map(quoted, every))}")
        self._say(tr("{keys}: {title}", keys=shown_key(keys), title=at.title), "done")

    def _clear(self) -> None:
        self._act("keys.clear")

    def _restore(self) -> None:
        self._act("keys.restore")

    def _act(self, name: str) -> None:
        at = self._at
        if at is not None:
            self._run(f"{name} {at.scope} {quoted(at.run)}")

    def _restore_all(self) -> None:
        self._run("keys.restore")


def _named(
    words: str, field: QWidget, at: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter
) -> QWidget:
    label = plain.label(words, tone="low")
    label.setFixedWidth(70)
    label.setAlignment(at)
    return plain.row(label, field, spacing=8)


def _losing(keys: str, others: Sequence[Binding]) -> str:
    """Who has the keys, and what it means to take them."""
    names = ", ".join(
        tr("“{title}” {where}", title=tr(each.title), where=scope_words(each.scope))
        for each in others
    )
    return tr("{keys} is {names}, which would lose it.", keys=shown_key(keys), names=names)
