"""macOS: a sandbox profile that denies everything but what the libraries ask of the kernel."""

import ctypes
import sys
from typing import Final

from workstation.decoder.sandbox.levels import Level

if sys.platform == "darwin":
    _PROFILE: Final = b"(version 1)(deny default)(allow sysctl-read)(allow mach-lookup)"

    def give_up() -> tuple[Level, ...]:
        sandbox = ctypes.CDLL("/usr/lib/libsandbox.dylib", use_errno=True)
        message = ctypes.c_char_p()
        done = sandbox.sandbox_init(_PROFILE, ctypes.c_uint64(0), ctypes.byref(message))
        return ("no-files", "no-tcp") if done == 0 else ()
