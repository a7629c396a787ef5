"""Composition root: the only package that names every concrete class. No logic.

Everything is built once, here, and passed on; nothing is found.
"""

from workstation.app.outer import Outer as Outer
from workstation.app.probing import selftest as selftest
from workstation.app.probing import site_test as site_test
from workstation.app.running import run as run
from workstation.app.windows import build as build
