"""What the frozen program carries of others, with the texts of their licences.

Run by workstation.spec. A distribution under the GPL alone ends the build: the whole
program would have to be given away under it.
"""

import re
import shutil
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
from typing import Any

#: Licences that would rule the whole program; the LGPL and "X or GPL" do not.
_GPL = re.compile(r"(?<!L)GPL|GNU General Public", re.I)
_ALTERNATIVE = re.compile(r"LGPL|Lesser|\bMIT\b|BSD|Apache|MPL|\bOR\b|exception", re.I)
#: By their repositories, where the metadata are silent.
_NOT_STATED = {"sqlcipher3": "Zlib (sqlcipher3), BSD-3-Clause (SQLCipher), Apache-2.0 (OpenSSL)"}
#: Where a distribution offers several, the one we take.
_CHOSEN = {
    "chunspell": "MIT (chunspell), MPL-1.1 (hunspell, the one chosen of those it offers)",
    "hidapi": "BSD-3-Clause (the one chosen of those it offers)",
}
#: Wheels without a text: the LGPL is written on top of the GPL, so both belong to it.
_GENERAL = Path(__file__).parent / "texts"
_IN_GENERAL = dict.fromkeys(("PySide6_Essentials", "shiboken6"), ("LGPL-3.0.txt", "GPL-3.0.txt"))
_TEXT = re.compile(r"licen[cs]e|copying|notice|copyright|^OFL", re.I)


def write_licences(analysis: Any, folder: Path) -> list[tuple[str, str, str]]:
    """One folder of texts for each distribution in the build, and a list of them all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines, entries = [], []
    for found in _distributions(analysis):
        name, stated = found.metadata["Name"], _stated(found)
        if _GPL.search(stated) and not _ALTERNATIVE.search(stated):
            raise SystemExit(f"{name} is under {stated}: it must not be in the program")
        lines.append(f"{name} {found.version}: {stated}")
        for at, text in enumerate(_texts(found)):
            target = folder / name / f"{at:02}-{text.name}"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(text, target)
            entries.append((f"licences/{name}/{target.name}", str(target), "DATA"))
    listed = folder / "LIST.txt"
    listed.write_text("\n".join(lines) + "\n", "utf-8")
    return [*entries, ("licences/LIST.txt", str(listed), "DATA")]


def _distributions(analysis: Any) -> list[Distribution]:
    """Of every module and library that was collected; PyInstaller's own loader is none."""
    owners = packages_distributions()
    files = [entry[0] for entry in (*analysis.pure, *analysis.binaries, *analysis.datas)]
    tops = {re.split(r"[./\\]", file.removesuffix(".py"))[0] for file in files}
    names = {name for top in tops for name in owners.get(top, ())} - {"workstation"}
    return [distribution(name) for name in sorted(names, key=str.lower)]


def _stated(found: Distribution) -> str:
    said = _CHOSEN.get(found.metadata["Name"]) or found.metadata.get("License-Expression") or ""
    if not said:
        classes = found.metadata.get_all("Classifier") or []
        said = "; ".join(c.split(" :: ")[-1] for c in classes if c.startswith("License"))
    return (
        said
        or _NOT_STATED.get(found.metadata["Name"])
        or (found.metadata.get("License") or "not stated").splitlines()[0][:80]
    )


def _texts(found: Distribution) -> list[Path]:
    paths = [Path(str(found.locate_file(file))) for file in found.files or ()]
    inside = [path for path in paths if ".dist-info" in str(path) and path.is_file()]
    texts = [path for path in inside if _is_text(path)]
    return sorted(texts) or [
        _GENERAL / name for name in _IN_GENERAL.get(found.metadata["Name"], ())
    ]


def _is_text(path: Path) -> bool:
    return "licenses" in path.parts or bool(_TEXT.search(path.name))
