"""Every setting there is, declared once: its type, default, and help.

The file is TOML; `docs/settings.md` is generated from this package. A wrong file is
refused whole, with the line and the key: a reading room must not start on half of
its settings. Nothing here writes.
"""

from workstation.domain.identifiers import SiteId as SiteId
from workstation.settings.checks import buttons_of as buttons_of
from workstation.settings.checks import is_loopback as is_loopback
from workstation.settings.checks import licences_of as licences_of
from workstation.settings.checks import pairs as pairs
from workstation.settings.checks import promises_of as promises_of
from workstation.settings.checks import screens_of as screens_of
from workstation.settings.checks import weights_of as weights_of
from workstation.settings.checks import zones_of as zones_of
from workstation.settings.codes import load_codes as load_codes
from workstation.settings.page import settings_markdown as settings_markdown
from workstation.settings.places import default_path as default_path
from workstation.settings.places import resource as resource
from workstation.settings.program import Settings as Settings
from workstation.settings.reading import load as load
from workstation.settings.reading import parse as parse
from workstation.settings.site import Site as Site
from workstation.settings.site import StepUpPolicy as StepUpPolicy
