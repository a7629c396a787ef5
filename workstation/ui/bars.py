"""The bars at the head of a window: where you are, whose case it is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workstation.domain.reader import Reader
from workstation.domain.worklist import Priority, WorklistItem
from workstation.services.queue.licence import Ending, ending
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui import worklist_forms as forms
from workstation.ui.chips import Chip, KeyCap, chip_size, paint_chip, shown_key
from workstation.ui.sla_clock import SlaClock

HEAD = 44
#: So much of a name is never cut; some 30 letters.
_NAME = 320
#: And so much of a procedure: which contrast, which side.
_PROCEDURE = 160
#: Narrower, a case bar has no room for all of it.
_ROOMY = 1500


class Tab(QPushButton):
    """A page of the window; a count beside it where something waits there."""

    def __init__(self, name: str, on_click: Callable[[], object]) -> None:
        super().__init__(name)
        self._count = ""
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFixedHeight(HEAD)
        self.clicked.connect(lambda _checked=False: on_click())

    def show_count(self, count: int) -> None:
        self._count = str(count) if count else ""
        self.setAccessibleDescription(self._count)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = QFontMetricsF(theme.font(weight=600)).horizontalAdvance(self.text()) + 24
        wide += chip_size(self._count)[0] + 6 if self._count else 0
        return QSize(round(wide), HEAD)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            chosen = self.isChecked()
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            painter.setFont(theme.font(weight=600 if chosen else 400))
            painter.setPen(theme.color("text.hi" if chosen else "text.mid"))
            box = QRectF(12, 0, self.width() - 12, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
            if self._count:
                at = 12 + QFontMetricsF(painter.font()).horizontalAdvance(self.text()) + 6
                wide, high = chip_size(self._count)
                chip = QRectF(at, (self.height() - high) / 2, wide, high)
                paint_chip(painter, chip, self._count, "hue.open")
            if chosen:
                under = QRectF(12, self.height() - 2, self.width() - 24, 2)
                painter.fillRect(under, theme.color("hue.here"))


class TopBar(QWidget):
    """Pages, the demo mark, and who reads by which licences."""

    def __init__(self, pages: Sequence[tuple[str, str]], run: Callable[[str], None], banner: str):
        super().__init__()
        plain.ground(self, "raised")
        self.setFixedHeight(HEAD)
        self.tabs = {
            page: Tab(title, lambda page=page: run(f"app.show {page}"))  # type: ignore[misc]
            for page, title in pages
        }
        self._reader = plain.label(tone="low", size="small", data=True)
        self._ending = plain.label(size="small", data=True)
        self._sign_in = plain.button(tr("Sign in…"), lambda: run("app.sign-in"))
        self._files = plain.button(tr("Open files…"), lambda: self._choose(run))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 16, 0)
        layout.setSpacing(0)
        for tab in self.tabs.values():
            layout.addWidget(tab)
        layout.addStretch(1)
        layout.addWidget(demo_mark(banner))
        layout.addSpacing(16)
        layout.addWidget(self._reader)
        layout.addWidget(self._ending)
        layout.addSpacing(8)
        layout.addWidget(self._sign_in)
        layout.addSpacing(8)
        layout.addWidget(self._files)

    def _choose(self, run: Callable[[str], None]) -> None:
        """What there is to open, below the button."""
        menu = plain.menu(self)
        menu.addAction(tr("Folder…"), lambda: run("file.open"))
        menu.addAction(tr("ZIP, DICOMDIR or file…"), lambda: run("file.open-archive"))
        menu.popup(self._files.mapToGlobal(self._files.rect().bottomLeft()))

    def show_page(self, page: str) -> None:
        for name, tab in self.tabs.items():
            tab.setChecked(name == page)

    def show_reader(self, readers: Sequence[Reader], sites: int, today: date) -> None:
        """One person, known to several of the `sites`: one name, all licences, and which of
        them end soon."""
        self._sign_in.setVisible(len(readers) < sites)
        self._show_ending(ending(readers, today))
        if not readers:
            self._reader.setText(tr("Not signed in"))
            return
        places = {forms.place(each.jurisdiction) for r in readers for each in r.licences}
        self._reader.setText(" · ".join(filter(None, (readers[0].name, ", ".join(sorted(places))))))

    def _show_ending(self, soon: Sequence[Ending]) -> None:
        """The first to end; all of them in the tooltip."""
        self._ending.setVisible(bool(soon))
        if not soon:
            return
        words, tone = forms.ends(soon[0])
        plain.set_tone(self._ending, tone)
        self._ending.setText(f" · {words}")
        plain.set_tooltip(self._ending, "; ".join(forms.licence(each.licence) for each in soon))


def demo_mark(banner: str) -> Chip:
    """Stands in every window while the settings carry a banner."""
    made = Chip(banner, "text.mid")
    made.setProperty(plain.DATA, True)
    return made


class CaseBar(QWidget):
    """Whose case this is, in the same words and order as everywhere."""

    def __init__(self, run: Callable[[str], None], banner: str) -> None:
        super().__init__()
        plain.ground(self, "raised")
        self.setFixedHeight(HEAD)
        self._back = plain.button(tr("List"), lambda: run("app.back"), look="quiet", icon="list")
        self._name = plain.elided(tone="hi", size="title", weight=600, middle=True)
        self._who = plain.label(tone="hi", weight=500, data=True)
        self._born = plain.label(data=True)
        self._id = plain.label(data=True)
        self._procedure = plain.elided(tone="hi", weight=600)
        self._accession = plain.label(data=True)
        self._site = plain.elided()
        self._order = plain.button(
            tr("Order"), lambda: run("case.order"), look="quiet", icon="document"
        )
        self._order.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stat, self._kidneys, self._allergy = Chip(), Chip(), Chip()
        self._news_mark = plain.mark("", "hue.open", 14)
        self._news = plain.elided(tone="open", weight=600)
        self._locked = Chip()
        self._clock_mark = plain.mark("clock", "hue.open", 14)
        self._images = plain.label(tone="open", size="small")
        self.clock = SlaClock(boxed=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 12, 0)
        layout.setSpacing(14)
        self._key = KeyCap("")
        for part in (
            self._back, self._key, plain.rule(vertical=True), self._name, self._who,
            self._born, self._id, plain.rule(vertical=True), self._stat, self._procedure,
            self._accession, self._site, self._order, self._kidneys, self._allergy,
        ):  # fmt: skip
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(plain.row(self._news_mark, self._news, spacing=5))
        layout.addWidget(self._locked)
        layout.addWidget(plain.row(self._clock_mark, self._images, spacing=5))
        self._banner, self._demo = banner, demo_mark(banner)
        layout.addWidget(self._demo)
        layout.addWidget(self.clock)
        self.show_keys({})
        self.show_case(None, "", "")

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        self._key.set_key(keys.get("app.back", ""))
        key = shown_key(keys.get("case.order", ""))
        plain.set_tooltip(self._order, tr("Order, laboratory, history"), key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two letters of a site say nothing: what is news has its room where that is small."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        roomy = self.width() >= _ROOMY
        self._key.setVisible(roomy)
        for part in (self._accession, self._site):  # beside the report they stand anyway
            part.setVisible(roomy and not self._name.isHidden())
        self._order.setText(tr("Order") if roomy else "")
        # its first word, where the whole of it would cut what is examined
        self._demo.show_state(self._banner if roomy else self._banner.partition(" · ")[0])
        self._demo.setToolTip(plain.tooltip_text(self._banner))

    def show_case(
        self, item: WorklistItem | None, site: str, read_only: str, news: str = ""
    ) -> None:
        """`read_only` says that nothing can be changed, if so; `news` what the site changed."""
        self._news.say(news)
        self._news.setVisible(bool(news))
        plain.set_tone(self._news, "act" if read_only else "open")
        self._news_mark.show_icon(
            "octagon-alert" if read_only else "triangle-alert",
            "hue.act" if read_only else "hue.open",
        )
        self._news_mark.setVisible(bool(news))
        urgent = item is not None and item.priority is Priority.STAT
        self._stat.show_state(tr("STAT") if urgent else "", "hue.act", "outline", "octagon")
        for part in (
            self._name, self._who, self._born, self._id, self._procedure, self._accession,
            self._site, self._order, self.clock,
        ):  # fmt: skip
            part.setVisible(item is not None)
        self._make_room()
        self._locked.show_state(read_only, "text.mid", "outline", "lock" if read_only else "")
        if item is None:
            self.show_images(0, 0, 0)
            return
        patient = item.patient
        self._name.say(patient.name)
        # Procedure and site give way first: half a name is somebody else's.
        self._name.setMinimumWidth(min(self._name.sizeHint().width(), _NAME))
        self._who.setText(forms.sex_and_age(patient, item.listed.date()))
        born = patient.birth_date.isoformat() if patient.birth_date else tr("not known")
        self._born.setText(tr("born {born}", born=born))
        self._id.setText(tr("ID {id}", id=forms.isolated(patient.id)))
        self._procedure.say(item.procedure)
        self._procedure.setMinimumWidth(min(self._procedure.sizeHint().width(), _PROCEDURE))
        self._accession.setText(forms.isolated(item.accession))
        self._site.say(f"{site} {forms.place(item.jurisdiction)}")

    def show_warnings(self, kidneys: str, allergy: str, *, grave: bool) -> None:
        """What of the chart is to be known before contrast is read, or given; mostly nothing."""
        self._kidneys.show_state(kidneys, "hue.open", "outline", "triangle-alert")
        tone = "hue.act" if grave else "hue.open"
        self._allergy.show_state(allergy, tone, "outline", "triangle-alert")

    def show_images(self, loaded: int, failed: int, total: int) -> None:
        """How many of the current study's images are here; quiet once all are."""
        here = total > 0 and loaded >= total
        text = "" if not total or here else tr("{n} of {total} images", n=loaded, total=total)
        if failed:
            text = tr("{n} of {total} images, {k} cannot be shown", n=loaded, total=total, k=failed)
        self._images.setText(text)
        self._clock_mark.setVisible(bool(text))
