"""An HL7 v2 listener that is not ours: hl7apy's MLLP server and its strict validation.

Run as a program of its own: ``hl7apy_listener.py FOLDER [CERTIFICATE KEY [CALLERS]]``; with the
last it takes those alone who show a certificate of CALLERS. It writes its port
to FOLDER/port, each message that it takes to FOLDER/NNNN.hl7 before it answers, and answers what
FOLDER/answer says: AA where there is none, a code of table 0008, or `nothing`, `garbage`,
`another` (an acknowledgement of another message). What strict validation refuses is AE.
"""

import itertools
import ssl
import sys
from pathlib import Path
from typing import Any

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.mllp import AbstractErrorHandler, AbstractHandler, MLLPServer
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

FOLDER = Path(sys.argv[1])
_numbers = itertools.count(1)


def acknowledgement(message: str, code: str, words: str = "", error: str = "") -> str:
    """The simplest answer that the standard allows, written by hand."""
    control = message.split("\r")[0].split("|")[9]
    lines = [f"MSH|^~\\&|PEER|SITE|||20261122214500+0000||ACK^R01^ACK|{control}A|P|2.5.1"]
    lines.append(f"MSA|{code}|{'someone-elses' if code == 'another' else control}|{words}")
    if error:
        lines.append(f"ERR|||{error}|E||||{words}")
    block = "\r".join(lines) + "\r"
    return f"\x0b{block.replace('|another|', '|AA|')}\x1c\r"


class Report(AbstractHandler):  # type: ignore[misc]
    def reply(self) -> str:
        told = FOLDER / "answer"
        wanted = told.read_text() if told.exists() else "AA"
        try:
            found = parse_message(
                self.incoming_message, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True
            )
            Validator.validate(found)
        except HL7apyException as why:
            return acknowledgement(self.incoming_message, "AE", type(why).__name__, "102")
        if wanted.startswith(("AA", "CA", "another", "nothing")):
            (FOLDER / f"{next(_numbers):04d}.hl7").write_bytes(self.incoming_message.encode())
        if wanted == "nothing":
            raise ConnectionAbortedError
        if wanted == "garbage":
            return "\x0bPLEASE HOLD\x1c\r"
        code, _, words = wanted.partition(" ")
        return acknowledgement(self.incoming_message, code, words, "" if code == "AA" else "100")


class Wrong(AbstractErrorHandler):  # type: ignore[misc]
    def reply(self) -> str:
        if isinstance(self.exc, ConnectionAbortedError):
            raise self.exc
        return acknowledgement(self.incoming_message, "AR", type(self.exc).__name__, "200")


class TlsServer(MLLPServer):  # type: ignore[misc]
    """hl7apy's server behind TLS 1.2 or later."""

    def get_request(self) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        if len(sys.argv) > 4:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(sys.argv[4])
        plain, address = super().get_request()
        return context.wrap_socket(plain, server_side=True), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us goes away; that is its right."""


def main() -> None:
    kind = TlsServer if len(sys.argv) > 2 else MLLPServer
    server = kind("127.0.0.1", 0, {"ORU^R01^ORU_R01": (Report,), "ERR": (Wrong,)}, timeout=5)
    part = FOLDER / "port.part"
    part.write_text(str(server.server_address[1]))
    part.replace(FOLDER / "port")
    server.serve_forever()


if __name__ == "__main__":
    main()
