"""What a child answers with bytes that are not pixels, by the name of the request."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from workstation.decoder import archive, digest, pdf, preview, profile
from workstation.dicom import header

#: Each takes the bytes sent and the request, and raises `Undecodable`.
ANSWERS: Final[Mapping[str, Callable[[bytes, dict[str, Any]], bytes]]] = MappingProxyType(
    {
        "header": lambda data, asked: header.to_json(data, every=asked.get("every") is True),
        "headers": lambda data, asked: header.many_to_json(data, asked["lengths"]),
        "pages": lambda data, _: pdf.pages(data),
        "preview": preview.of_frame,
        "digest": lambda data, _: json.dumps(digest.of_object(data)).encode(),
        "members": lambda data, asked: archive.members(data, int(asked["size"])),
        "profile": lambda data, _: profile.table(data),
        "check-profile": lambda data, _: profile.check(data),
        "member": lambda data, asked: archive.inflated(data, asked["member"], int(asked["room"])),
    }
)
