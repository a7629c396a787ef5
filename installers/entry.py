"""Where the frozen program begins."""

import sys

from workstation.__main__ import main

sys.exit(main())
