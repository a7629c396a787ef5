"""A reader who signs one report after another while nothing answers; run by test_power_cut.

``sealing_child.py FILE KEY SYNCHRONOUS``: every report whose signature is promised durable is
written to standard output, one UUID a line, after the promise.
"""

import sys
import uuid
from pathlib import Path

from fakes_trust import Bench, FakePlatform, signed_report

from workstation.adapters.store import SqlCipherStore
from workstation.domain.identifiers import StudyUID


def words(report: str) -> str:
    return f"Report {report}: nothing acute, ≤ 3 mm. " + "As before. " * 40


def main() -> None:
    path, key, synchronous = sys.argv[1:]
    store = SqlCipherStore(Path(path), bytes.fromhex(key))
    store._db.execute(f"PRAGMA synchronous={synchronous}")
    platform = FakePlatform()
    platform.down = True
    bench = Bench(platform, store)
    number = 0
    while True:
        number += 1
        report = str(uuid.uuid4())
        signed = signed_report(
            report_id=report, impression=words(report), study=StudyUID(f"2.25.{number}")
        )
        bench.sign(signed)
        sys.stdout.write(f"{report}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
