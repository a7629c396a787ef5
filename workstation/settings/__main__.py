"""`python -m workstation.settings > docs/settings.md`."""

import sys

from workstation.settings import settings_markdown

sys.stdout.write(settings_markdown())
