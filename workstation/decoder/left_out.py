"""Libraries that pydicom brings along where they are installed, and a decoder never uses.

An HTTP client (for pydicom's own test files) has no business in a process without a network, and
with it come TLS, character tables and 4 MB of memory for each child. Imported before pydicom.
"""

import sys

# None: whoever imports it is told that it is not installed.
sys.modules["requests"] = None  # type: ignore[assignment]
