"""Coverage-guided fuzzing of everything that reads foreign bytes, for a bounded time.

    python tests/fuzz/run.py [--seconds 60] [--seed N --runs N] [--keep DIR] [NAME...]

Prints one line for each target. A finding is kept in DIR with how to run it again, and
the exit code is 1; what is found becomes a test in tests/hostile. With a seed and a
number of runs the walk is the same each time.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from seeds import ARCHIVE, CODECS, OBJECTS, PREVIEW, seeds

NAMES = (*OBJECTS, ARCHIVE, PREVIEW, *CODECS)
HERE = Path(__file__).parent
#: What a child may use: more is a finding of its own.
LIMITS = ("-timeout=5", "-rss_limit_mb=1500", "-malloc_limit_mb=600", "-max_len=65536")
_RUNS = re.compile(r"(?:Done|#)\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+)")


def fuzz(
    name: str, begin: list[bytes], seconds: float, keep: Path, same: tuple[str, ...]
) -> tuple[bool, str]:
    """Whether nothing was found, and the line that says so."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(begin):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        options = (*LIMITS, *same, f"-artifact_prefix={keep}/{name}-")
        command = [sys.executable, str(HERE / "target.py"), name, corpus, str(seconds), *options]
        # Coverage must not depend on the order in which sets are walked.
        steady = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=steady)
    runs = max((int(each) for each in _RUNS.findall(done.stderr)), default=0)
    covered = max((int(each) for each in _COVERED.findall(done.stderr)), default=0)
    if done.returncode:
        (keep / f"{name}.log").write_text(done.stderr)
    state = f"FOUND, see {keep}/{name}.log" if done.returncode else "nothing found"
    return not done.returncode, f"{name:16} {runs:8} runs  {covered:6} covered  {state}"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    asked.add_argument("--seconds", type=float, default=60.0, help="for all targets together")
    asked.add_argument("--seed", type=int, help="of the walk; another each time without it")
    asked.add_argument("--runs", type=int, help="of each target, where the time suffices")
    asked.add_argument("--keep", type=Path, default=Path(".make/fuzz"))
    given = asked.parse_args()
    names = given.names or list(NAMES)
    given.keep.mkdir(parents=True, exist_ok=True)
    begin, at_once = seeds(), os.cpu_count() or 1
    seconds = given.seconds * at_once / len(names)
    chosen = {"seed": given.seed, "runs": given.runs}
    same = tuple(f"-{key}={value}" for key, value in chosen.items() if value is not None)
    good = True
    with ThreadPoolExecutor(at_once) as lanes:
        started = [
            lanes.submit(fuzz, name, begin[name], seconds, given.keep, same) for name in names
        ]
        for each in started:
            fine, line = each.result()
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            good &= fine
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
