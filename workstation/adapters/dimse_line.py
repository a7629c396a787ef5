"""One association with a site's DIMSE service: what is asked on it (PS3.7, PS3.4 C).

Data sets from outside are never parsed here: they leave as the bytes they came in, for the
decoder child (docs/adr/0011). What pynetdicom itself reads of a peer is PDUs and the command
sets of group 0000.
"""

from collections import deque
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

from attrs import frozen
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext, build_context

from workstation.adapters.dimse_guard import Guard
from workstation.errors import Refused, SiteUnavailable
from workstation.protocols.part10 import Wrapped
from workstation.settings import Site
from workstation.text import tr

#: Study root query and retrieve (PS3.4 C.3.2).
FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"
MOVE: Final = "1.2.840.10008.5.1.4.1.2.2.2"
GET: Final = "1.2.840.10008.5.1.4.1.2.2.3"
_NAMES: Final = {FIND: "C-FIND", GET: "C-GET", MOVE: "C-MOVE"}

#: Of messages that carry no images.
PLAIN: Final = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2")
#: A C-FIND that has more answers than this was not meant so.
MOST_ANSWERS: Final = 20_000
_MOST_BYTES: Final = 64 << 20

_NOT_AUTHORIZED: Final = 0x0124
_PENDING: Final = frozenset({0xFF00, 0xFF01})
#: Some sub-operations failed; which, the counts say (PS3.4 C.4.2.1.5).
_SOME_FAILED: Final = 0xB000
_NO_RESOURCES: Final = 0xA700
#: Of a retrieval: no sub-operation could be done; what is missing is seen (PS3.4 C.4.2.1.5).
_NONE_DONE: Final = 0xA702

#: Takes an object that came by C-STORE; gives the status of the answer (PS3.7 9.1.1.1.9).
Taken = Callable[[Wrapped], int]


@frozen
class Counted:
    """How a retrieval ended, as the site counts."""

    completed: int = 0
    failed: int = 0


class Line:
    """One association, while it is open; used from one thread."""

    def __init__(
        self, site: Site, association: Association, guard: Guard, answers: deque[bytes]
    ) -> None:
        self._site = site
        self._association = association
        self._guard = guard
        self._answers = answers

    @property
    def offered(self) -> frozenset[str]:
        """SOP classes that the site accepted."""
        return frozenset(str(each.abstract_syntax) for each in self._association.accepted_contexts)

    def syntaxes(self, sop_class: str) -> list[str]:
        """In which it sends or takes objects of a class."""
        accepted = self._association.accepted_contexts
        return [str(c.transfer_syntax[0]) for c in accepted if c.abstract_syntax == sop_class]

    def echo(self) -> None:
        self._judge(status_of(self._association.send_c_echo))

    def find(self, identifier: Any) -> Iterator[Wrapped]:
        """The answers of C-FIND, each as it was encoded."""
        accepted, size = self._accepted(FIND), 0
        for at, (status, _) in enumerate(self._association.send_c_find(identifier, FIND)):
            data = self._answers.popleft() if self._answers else b""
            if self._judge(status) not in _PENDING:
                return
            size += len(data)
            if at == MOST_ANSWERS or size > _MOST_BYTES:
                raise Refused(tr("{site} finds too many; ask for less", site=self._site.name))
            yield Wrapped(FIND, "2.25.0", accepted.transfer_syntax[0], data)

    def get(self, identifier: Any) -> Counted:
        """C-GET: the objects come to `taken` of the line meanwhile."""
        self._accepted(GET)
        return self._retrieved(self._association.send_c_get(identifier, GET))

    def move(self, identifier: Any, message: int) -> Counted:
        """C-MOVE to our own AE title, where a receiver waits."""
        self._accepted(MOVE)
        return self._retrieved(
            self._association.send_c_move(identifier, self._site.dimse_ae, MOVE, msg_id=message)
        )

    def store(self, data_set: Any) -> None:
        """C-STORE of an object of ours."""
        self._judge(status_of(lambda: self._association.send_c_store(data_set)))

    def cut(self) -> None:
        """End it from another thread: who waits on it is told that it broke off."""
        self._guard.cut()

    def heard(self) -> None:
        self._guard.heard()

    def _retrieved(self, responses: Iterator[tuple[Any, Any]]) -> Counted:
        for status, _ in responses:
            self._answers.clear()  # the list of what failed: what is missing is seen anyhow
            if status.get("Status") != _NONE_DONE and self._judge(status) in _PENDING:
                continue
            return Counted(
                int(status.get("NumberOfCompletedSuboperations") or 0),
                int(status.get("NumberOfFailedSuboperations") or 0),
            )
        raise self._lost()

    def _accepted(self, service: str) -> PresentationContext:
        for context in self._association.accepted_contexts:
            if context.abstract_syntax == service:
                return context
        raise Refused(
            tr("{site} does not offer {service}", site=self._site.name, service=_NAMES[service])
        )

    def _judge(self, status: Any) -> int:
        """The status, where it is no failure. An empty one: the line is lost."""
        code = status.get("Status")
        if code is None:
            raise self._lost()
        number = int(code)
        if number == 0 or number in _PENDING or number & 0xF000 == _SOME_FAILED:
            return number
        name, code = self._site.name, f"{number:04X}H"
        if number == _NOT_AUTHORIZED:
            raise Refused(tr("{site} does not permit it", site=name))
        if number & 0xFF00 == _NO_RESOURCES:  # for now
            raise SiteUnavailable(
                tr("{site} cannot do it now (DIMSE status {code})", site=name, code=code)
            )
        raise Refused(tr("{site} refused it (DIMSE status {code})", site=name, code=code))

    def _lost(self) -> SiteUnavailable:
        if self._guard.is_silent:
            return SiteUnavailable(tr("{site} does not answer in time", site=self._site.name))
        return SiteUnavailable(
            tr("{site} broke off in the middle of its answer", site=self._site.name)
        )


def status_of(send: Callable[[], Any]) -> Any:
    """pynetdicom raises plain errors where a line or a context is gone."""
    try:
        return send()
    except (RuntimeError, ValueError) as error:
        raise SiteUnavailable(tr("the site did not take the object by DIMSE")) from error


def set_aside(event: evt.Event, answers: deque[bytes]) -> None:
    """What a site says of studies is taken out before pynetdicom would parse it."""
    message: Any = event.message
    if type(message).__name__ in ("C_FIND_RSP", "C_GET_RSP", "C_MOVE_RSP"):
        answers.append(message.data_set.getvalue())
        message.data_set = BytesIO()


def stored(event: evt.Event, taken: Taken) -> int:
    """EVT_C_STORE: an object as its sender encoded it."""
    request: Any = event.request
    wrapped = Wrapped(
        str(request.AffectedSOPClassUID),
        str(request.AffectedSOPInstanceUID),
        str(event.context.transfer_syntax),
        request.DataSet.getvalue(),
    )
    return taken(wrapped)


def query_contexts(service: str) -> list[PresentationContext]:
    """One context for a query or retrieval: its own messages are small and plain."""
    return [build_context(service, list(PLAIN))]
