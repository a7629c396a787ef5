"""The worklist pane with stand-ins for its services."""

from fakes_windows import views
from fakes_worklist import FakeDeliveries, FakeWorklist, shift
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from workstation.domain.identifiers import TaskRef
from workstation.services.queue.worklist import Row
from workstation.ui.worklist import WorklistPane


class Pane(WorklistPane):
    """The pane with its stand-ins at hand."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.asked: list[str] = []
        self.service, self.sent = FakeWorklist(rows), FakeDeliveries()
        self.views = views()
        super().__init__(
            self.service,  # type: ignore[arg-type]
            self.sent,  # type: ignore[arg-type]
            self.views,
            self.asked.append,
            self.service.clock,
            lambda: frozenset(
                {
                    TaskRef(row.item.site, row.item.task)
                    for row in shift()
                    if row.item.task == "Task/8"
                }
            ),
        )

    def names(self) -> list[str]:
        return [line.item.patient.name for line in self.model.lines]

    def touch(self) -> None:
        """The reader moves the pointer over the rows."""
        QTest.mouseMove(self.table.viewport(), QPoint(40, 40))
        QTest.keyClick(self.table, Qt.Key.Key_Shift)
