"""The command line of contracts.md: one function for each command."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workstation.arguments import attached, parser
from workstation.errors import WorkstationError
from workstation.text import tr, trn

if TYPE_CHECKING:
    from workstation.rendering.engine import Slices
    from workstation.services.ports.hosting import Credentials

DONE, BAD, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 the thing asked about is bad, 2 wrong usage; errors in one plain sentence."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--decode-worker"]:  # the frozen program re-executes itself
        from workstation.decoder.worker import main as decode

        return decode()
    if words == ["--probe-opengl"]:  # a child that a driver may kill
        from workstation.ui.opengl import main as probe

        return probe()
    options = parser().parse_args(attached(words))
    try:
        return _ACTS[options.act](options)
    except WorkstationError as error:
        print(error, file=sys.stderr)
        return BAD


def _open(options: argparse.Namespace) -> int:
    from workstation import settings
    from workstation.app.running import run

    named = options.settings or settings.default_path()
    return run(settings.load(named), named=named)


def _act_launch(options: argparse.Namespace) -> int:
    from workstation import settings
    from workstation.adapters.hand_over import hand_over, place_of
    from workstation.protocols.launch import token_of

    named = options.settings or settings.default_path()
    token = token_of(sys.stdin.read() if options.launch == "-" else options.launch)
    refused = hand_over(place_of(named), token)
    if refused is None:
        from workstation.app.running import run  # the windows: where a program runs, not needed

        return run(settings.load(named), named=named, launch=token)
    if refused:
        print(refused, file=sys.stderr)
    return BAD if refused else DONE


def _act_run(options: argparse.Namespace) -> int:
    from workstation import settings
    from workstation.app.running import run

    named = options.settings or settings.default_path()
    script, chosen = _text(options.script), settings.load(named)
    return run(chosen, script=script, credentials=_credentials(), named=named)


def _act_demo(options: argparse.Namespace) -> int:
    from workstation.demo.process import running

    if options.headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    arguments: list[str] = []
    for folder in options.studies:
        arguments += ["--studies", str(folder)]
    for name in ("data", "faults"):
        if getattr(options, name) is not None:
            arguments += [f"--{name}", str(getattr(options, name))]
    script = _text(options.script) if options.script else None
    with running(arguments) as ready:
        if options.ready_file is not None:
            options.ready_file.write_text(json.dumps(ready), encoding="utf-8")
        return _in_demo(options, ready, script)


def _in_demo(options: argparse.Namespace, ready: dict[str, object], script: str | None) -> int:
    from workstation import settings
    from workstation.app.running import run
    from workstation.services.ports.hosting import Credentials

    users: list[dict[str, str]] = ready["users"]  # type: ignore[assignment]
    reader = users[0]
    credentials = Credentials(
        os.environ.get("WORKSTATION_USER", reader["name"]),
        os.environ.get("WORKSTATION_PASSWORD", reader["password"]),
    )
    named = options.settings or Path(str(ready["settings"]))
    chosen = settings.load(named)
    return run(chosen, script=script, credentials=credentials, named=named)


def _act_platform(options: argparse.Namespace) -> int:
    from workstation.demo.platform import serve

    serve(options.studies, options.data, options.port, options.ready_file, options.faults)
    return DONE


def _act_inspect(options: argparse.Namespace) -> int:
    from workstation.adapters.decoders import Decoders
    from workstation.adapters.local_files import LocalFiles
    from workstation.adapters.local_objects import LocalObjects
    from workstation.services.images import inspection_report
    from workstation.services.images.inspected import Status
    from workstation.services.images.inspection import Inspection

    for path in options.paths:
        if not path.exists():
            print(
                tr("{path} does not exist", path=inspection_report.printable(str(path))),
                file=sys.stderr,
            )
            return USAGE
    decoders = Decoders()
    try:
        objects = LocalObjects(decoders)
        inspection = Inspection(objects)
        for found in LocalFiles(objects).below(options.paths):
            inspection.add(found)
        report = inspection.report()
    finally:
        decoders.close()
    if options.json:
        print(json.dumps(inspection_report.as_json(report), indent=1))
    else:
        print("\n".join(inspection_report.as_lines(report)))
    return BAD if any(file.status is Status.REFUSED for file in report.files) else DONE


def _act_render(options: argparse.Namespace) -> int:
    from workstation.adapters.decoders import Decoders
    from workstation.adapters.local_frames import LocalFrames
    from workstation.domain.suv import SuvType
    from workstation.rendering import still, volume_still
    from workstation.services.images.local_images import LocalImages
    from workstation.services.screen.preset_files import load_volume_presets

    if not options.path.exists():
        return _usage(tr("there is no such file or folder"))
    try:
        wanted = still.wanted(vars(options))
    except ValueError as error:
        return _usage(str(error))
    decoders, shown = Decoders(), options.out.suffix == ".png"
    presets = load_volume_presets()
    try:
        suv = SuvType(options.suv) if options.suv else None
        images = LocalImages(LocalFrames(decoders), suv)
        through = wanted.is_reformat or bool(options.volume)
        found = images.open(options.path, options.series, volume=through)
        if options.volume:
            preset = volume_still.preset_for(options.volume, presets, found.modality)
            made = volume_still.of_rays(images.volume(found), found, wanted, preset, shown=shown)
        elif wanted.is_reformat:
            volume = images.volume(found)
            with _slices(options.engine) as slices:
                made = still.of_volume(volume, found, wanted, shown=shown, slices=slices)
        else:
            made = still.of_frame(*images.frame(found, wanted.index_in(found)), wanted, shown=shown)
    finally:
        decoders.close()
    made.save(options.out)
    return DONE


@contextmanager
def _slices(engine: str) -> "Iterator[Slices]":
    """Who samples planes for a command: the graphics card only where it was asked for."""
    from workstation.rendering.engine import CPU

    if engine == "cpu":
        yield CPU
        return
    from workstation.adapters.opengl import command, probed
    from workstation.ui.viewer.gl_engine import for_a_command

    with for_a_command(probed(command())) as slices:
        yield slices


def _usage(words: str) -> int:
    print(words, file=sys.stderr)
    return USAGE


def _act_verify(options: argparse.Namespace) -> int:
    from workstation.protocols.verification import verify_reports

    roots: tuple[bytes, ...] = ()
    if options.trust:
        from workstation.protocols.trust import roots_from

        roots = roots_from([_bytes(file) for file in options.trust])
    for report in verify_reports([(file.name, _bytes(file)) for file in options.files], roots):
        print(report.line)
    return DONE


def _act_audit_verify(options: argparse.Namespace) -> int:
    from workstation.services.audit import verify_file

    summary = verify_file(options.file)
    print(
        trn(
            summary.records,
            "{n} record holds; key {key}",
            "{n} records hold; key {key}",
            key=summary.key,
        )
    )
    return DONE


def _act_site_test(options: argparse.Namespace) -> int:
    from workstation import settings
    from workstation.app.probing import site_test
    from workstation.services import selftest

    file = options.settings or settings.default_path()
    chosen = settings.load(file) if options.settings or file.exists() else settings.Settings()
    findings = site_test(chosen, options.url, _credentials())
    print(selftest.as_json(findings) if options.json else selftest.as_lines(findings))
    return DONE if selftest.passed(findings) else BAD


def _act_selftest(options: argparse.Namespace) -> int:
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # Qt would abort, not tell
    from workstation.app.probing import machine_test
    from workstation.services import selftest

    findings = machine_test()
    print(selftest.as_json(findings) if options.json else selftest.as_lines(findings))
    return DONE if selftest.passed(findings) else BAD


def _act_bench(options: argparse.Namespace) -> int:
    from workstation import bench

    return bench.main(options.name, as_json=options.json)


def _credentials() -> "Credentials | None":
    """Who signs in without a browser, as the environment says."""
    from workstation.services.ports.hosting import Credentials

    user = os.environ.get("WORKSTATION_USER", "")
    return Credentials(user, os.environ.get("WORKSTATION_PASSWORD", "")) if user else None


def _text(file: Path) -> str:
    return _bytes(file).decode("utf-8")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WorkstationError(tr("{f} cannot be read: {why}", f=file.name, why=reason)) from None


#: What each command of `workstation.arguments` does.
_ACTS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "open": _open,
    "launch": _act_launch,
    "run": _act_run,
    "demo": _act_demo,
    "platform": _act_platform,
    "inspect": _act_inspect,
    "render": _act_render,
    "verify": _act_verify,
    "audit_verify": _act_audit_verify,
    "site_test": _act_site_test,
    "selftest": _act_selftest,
    "bench": _act_bench,
}


if __name__ == "__main__":
    sys.exit(main())
