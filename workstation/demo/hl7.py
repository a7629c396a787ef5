"""The HL7 v2 listener of a site: signed reports come as ORU^R01 and are filed as FHIR reports.

Read by python-hl7, which shares nothing with the program that sends. Faults are those of the
site (`demo.faults`): a rule matches "MLLP ORU^R01 CONTROL-ID"; its `status` gives AR from 500
on, else AE; `double` hears a message twice, as behind an engine that repeats what it thinks was
lost. A site that ignores ifNoneExist does not know a repeated message either.
"""

import asyncio
import base64
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import hl7
from attrs import field, frozen
from hl7.mllp import HL7StreamReader, HL7StreamWriter, InvalidBlockError, start_hl7_server

from workstation.demo.asked import Asked, Log
from workstation.demo.faults import Rule, SiteFaults
from workstation.demo.fhir import Received
from workstation.demo.sites import RW, SiteProfile
from workstation.demo.store import Resource, Store, Unit, instant

_MOST_BYTES: Final = 32 * 1024 * 1024
#: By OBX-11; what C corrects, and how, the state says.
_FHIR_STATUS: Final = {"P": "preliminary", "F": "final", "W": "entered-in-error"}
_CONTROL: Final = RW + "control-id"
_URI: Final = "urn:ietf:rfc:3986"


class NotTaken(Exception):
    """Why a message is not filed: MSA-1, the code of table 0357, and words."""

    def __init__(self, code: str, error: str, words: str) -> None:
        super().__init__(words)
        self.code, self.error, self.words = code, error, words


@frozen(eq=False)
class Hl7Face:
    """Takes messages on one socket until it is cancelled."""

    _site: SiteProfile
    _store: Store
    _faults: SiteFaults
    _received: Received
    _log: Log
    _open: set[asyncio.Task[None]] = field(factory=set)

    async def serve(self, listening: socket.socket) -> None:
        server = await start_hl7_server(self._accept, sock=listening, limit=_MOST_BYTES)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for each in self._open:
                each.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
        task = asyncio.create_task(self._connected(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _connected(self, reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
        try:
            while True:
                raw = await reader.readblock()
                await asyncio.sleep(self._faults.delay_s)
                if self._faults.site_down or not await self._heard(raw, writer):
                    return
        except (OSError, EOFError, InvalidBlockError, ValueError):
            pass  # broken off, or not MLLP at all
        finally:
            writer.transport.abort()

    async def _heard(self, raw: bytes, writer: HL7StreamWriter) -> bool:
        """False: the connection breaks without (the rest of) an answer."""
        try:
            message = hl7.parse(raw.decode())
            kind, control = str(message.segment("MSH")[9]), str(message.segment("MSH")[10])
        except (ValueError, KeyError, IndexError, hl7.HL7Exception):
            return False
        line = self._log.note(self._site.id, "MLLP", kind, control)
        rule = self._faults.rule(f"MLLP {kind} {control}")
        line.fault = rule.do if rule else ""
        if rule is not None and rule.do == "drop_before":
            return False
        if rule is not None and rule.do == "delay":
            await asyncio.sleep(rule.seconds)
        answer = self._answer(raw, message, rule, line)
        if rule is not None and rule.do in ("drop", "truncate"):
            writer.write(_framed(answer)[: rule.bytes if rule.do == "truncate" else 0])
            await writer.drain()
            return False
        writer.write(_framed(answer))
        await writer.drain()
        return True

    def _answer(self, raw: bytes, message: hl7.Message, rule: Rule | None, line: Asked) -> bytes:
        if rule is not None and rule.do == "garbage":
            return b"MSH|^~\\&|\x00\xff"
        refused: NotTaken | None = None
        try:
            if rule is not None and rule.do == "status":
                code = "AR" if rule.status >= 500 else "AE"
                raise NotTaken(code, "207" if code == "AR" else "101", "The site is told to.")
            for _ in range(2 if rule is not None and rule.do == "double" else 1):
                self._take(raw, message)
        except NotTaken as why:
            refused = why
        line.status = 200 if refused is None else 422
        return self._acknowledged(message, refused)

    def _acknowledged(self, message: hl7.Message, refused: NotTaken | None) -> bytes:
        answer = message.create_ack(refused.code if refused else "AA")
        answer.segment("MSH").assign_field(self._store.now().strftime("%Y%m%d%H%M%S%z"), 7)
        text = str(answer)
        if refused is not None:
            text += f"ERR|||{refused.error}|E||||{refused.words}\r"
        return text.encode()

    # --- filing ------------------------------------------------------------------

    def _take(self, raw: bytes, message: hl7.Message) -> None:
        """On the disk before anybody is told."""
        unit = self._store.begin()
        filed = _Filing(self._site, unit, message).resource()
        if not self._faults.ignore_if_none_exist and _is_there(unit, filed):
            return
        unit.put("DiagnosticReport", unit.new_id("DiagnosticReport"), filed)
        unit.commit()
        self._received.delivery(raw, "report.hl7")


def _is_there(unit: Unit, filed: Resource) -> bool:
    return any(
        each.get("identifier") == filed["identifier"] for each in unit.all("DiagnosticReport")
    )


@frozen(eq=False)
class _Filing:
    """One message as the report that it carries."""

    _site: SiteProfile
    _unit: Unit
    _message: hl7.Message

    def resource(self) -> Resource:
        control = self._check_kind()
        orders = [self._order(str(each[18])) for each in self._segments("OBR")]
        first = self._segments("OBR")[0]
        self._check_patient(orders[0])
        said = {name: value for name, value in map(self._coded, self._results("ST")) if value}
        if "report" not in said:
            raise NotTaken("AE", "101", "The report has no identifier.")
        who = str(first[32]).split("&")
        return {
            "resourceType": "DiagnosticReport",
            "identifier": [
                {"system": _URI, "value": f"urn:uuid:{said['report']}"},
                {"system": _CONTROL, "value": control},
            ],
            "basedOn": [_based_on(each) for each in orders],
            "status": self._status(said.get("state", "")),
            "code": orders[0]["code"],
            "subject": orders[0]["subject"],
            "issued": instant(_moment(str(first[22]))),
            "resultsInterpreter": [
                {"reference": f"Practitioner/{who[0]}", "display": ", ".join(who[1:3])}
            ],
            "extension": [
                {"url": RW + name, "valueString": value}
                for name, value in said.items()
                if name in ("predecessor", "state")
            ],
            "presentedForm": self._forms(len(orders)),
        }

    def _check_kind(self) -> str:
        """MSH-10 of a message that may be taken here."""
        header = self._message.segment("MSH")
        if str(header[9]) != "ORU^R01^ORU_R01":
            raise NotTaken("AR", "200", "Only ORU^R01 is taken here.")
        if str(header[12]) != "2.5.1":
            raise NotTaken("AR", "203", "Only version 2.5.1 is taken here.")
        return str(header[10])

    def _segments(self, name: str) -> Sequence[Any]:
        try:
            found: Sequence[Any] = self._message.segments(name)
        except KeyError:
            raise NotTaken("AR", "100", f"There is no {name} segment.") from None
        return found

    def _results(self, kind: str) -> list[Any]:
        """The results of one type, of the first order: the others repeat them."""
        found = [each for each in self._segments("OBX") if str(each[2]) == kind]
        return found[: len(found) // max(1, len(self._segments("OBR")))]

    def _coded(self, result: Any) -> tuple[str, str]:
        return str(result[3]).split("^")[0], self._plain(result)

    def _plain(self, result: Any) -> str:
        return str(self._message.unescape(str(result[5])))

    def _order(self, accession: str) -> Resource:
        for each in self._unit.all("ServiceRequest"):
            if each["identifier"][0]["value"] == self._message.unescape(accession):
                return each
        raise NotTaken("AE", "204", "There is no order of this number.")

    def _check_patient(self, order: Resource) -> None:
        patient = self._unit.follow(order["subject"]["reference"]) or {}
        said = str(self._message.segment("PID")[3]).split("^")[0]
        if patient["identifier"][0]["value"] != self._message.unescape(said):
            raise NotTaken("AE", "204", "The order is another patient's.")

    def _status(self, state: str) -> str:
        letter = str(self._segments("OBX")[0][11])
        if letter == "C":
            return "corrected" if state == "corrected" else "appended"
        if letter not in _FHIR_STATUS:
            raise NotTaken("AE", "103", "The state of the report is not one we know.")
        return _FHIR_STATUS[letter]

    def _forms(self, orders: int) -> list[Resource]:
        text = "".join(f"{self._plain(each)}\n" for each in self._results("TX"))
        forms = [_form("text/plain", base64.b64encode(text.encode()).decode())]
        for each in self._results("ED")[: 1 if orders else 0]:
            _, kind, subtype, _, data = str(each[5]).split("^")
            forms.append(_form(f"{kind}/{subtype}", data))
        return forms


def _form(kind: str, data: str) -> Resource:
    return {"contentType": kind, "data": data}


def _based_on(order: Resource) -> Resource:
    return {"reference": f"ServiceRequest/{order['id']}", "identifier": order["identifier"][0]}


def _moment(written: str) -> datetime:
    try:
        return datetime.strptime(written, "%Y%m%d%H%M%S%z")
    except ValueError:
        raise NotTaken("AE", "102", "A time is not written as 2.5.1 wants it.") from None


def _framed(block: bytes) -> bytes:
    return b"\x0b" + block + b"\x1c\r"
