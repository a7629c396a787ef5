"""Every command of the program: a new room of commands is named here, and nowhere else."""

from typing import Final

from workstation.commands import (
    aids,
    app,
    appearance,
    attributes,
    autotext,
    calibration,
    case,
    clipboard,
    critical,
    curve,
    curved,
    desk,
    dictation,
    documents,
    file,
    fusion,
    key_images,
    measurements,
    messages,
    motion,
    planes,
    pointed,
    presentation,
    priors,
    registration,
    report,
    screens,
    segments,
    spelling,
    structures,
    tools,
    viewport,
    volume,
    worklist,
)
from workstation.commands.registry import Command, Registry

#: In the order of the palette, the menus and docs/commands.md.
COMMANDS: Final[tuple[Command, ...]] = (
    *app.COMMANDS,
    *desk.COMMANDS,
    *case.COMMANDS,
    *worklist.COMMANDS,
    *priors.COMMANDS,
    *messages.COMMANDS,
    *file.COMMANDS,
    *report.COMMANDS,
    *autotext.COMMANDS,
    *spelling.COMMANDS,
    *aids.COMMANDS,
    *segments.COMMANDS,
    *critical.COMMANDS,
    *dictation.COMMANDS,
    *viewport.COMMANDS,
    *motion.COMMANDS,
    *registration.COMMANDS,
    *planes.COMMANDS,
    *curved.COMMANDS,
    *volume.COMMANDS,
    *curve.COMMANDS,
    *fusion.COMMANDS,
    *appearance.COMMANDS,
    *structures.COMMANDS,
    *screens.COMMANDS,
    *presentation.COMMANDS,
    *attributes.COMMANDS,
    *documents.COMMANDS,
    *clipboard.COMMANDS,
    *tools.COMMANDS,
    *pointed.COMMANDS,
    *measurements.COMMANDS,
    *calibration.COMMANDS,
    *key_images.COMMANDS,
)


def registry() -> Registry:
    """All commands, by their names. Raises ValueError where two have one name."""
    return Registry(COMMANDS)
