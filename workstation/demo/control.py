"""The control of the demo platform, for tests and demonstrations; it has no token."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import asdict, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workstation.demo.asked import Log
from workstation.demo.site import Site
from workstation.errors import SettingsError


@frozen
class Control:
    """`POST /faults` `{site: {knob: value}}`, `GET /log`, `POST /log/clear`,
    `POST /tokens/expire` `{"site"}`,
    `POST /images` `{"images"}` (more of the case that is arriving; all without a number),
    `POST /endpoints` `{"site", "address"}` (where the site's studies say their images are),
    `POST /stat` `{"site", "accession"}` (a case that waits becomes STAT),
    `GET /received`, `GET /orders`.
    """

    sites: Mapping[str, Site]
    set_faults: Callable[[dict[str, Any]], None]
    log: Log

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/faults", self._faults, methods=["POST"]),
                Route("/log", self._read_log),
                Route("/log/clear", self._clear_log, methods=["POST"]),
                Route("/tokens/expire", self._expire, methods=["POST"]),
                Route("/images", self._images, methods=["POST"]),
                Route("/endpoints", self._endpoints, methods=["POST"]),
                Route("/stat", self._stat, methods=["POST"]),
                Route("/received", self._received),
                Route("/orders", self._orders),
            ]
        )

    async def _faults(self, request: Request) -> Response:
        try:
            self.set_faults(json.loads(await request.body()))
        except (ValueError, AttributeError, SettingsError) as why:
            return JSONResponse({"error": str(why)}, 422)
        return JSONResponse({})

    async def _read_log(self, _request: Request) -> Response:
        return JSONResponse([asdict(each) for each in self.log.lines])

    async def _clear_log(self, _request: Request) -> Response:
        self.log.lines.clear()
        return JSONResponse({})

    async def _expire(self, request: Request) -> Response:
        wanted = (await _asked(request)).get("site")
        for name, site in self.sites.items():
            if wanted in (None, name):
                site.provider.expire_access_tokens()
        return JSONResponse({})

    async def _images(self, request: Request) -> Response:
        count = (await _asked(request)).get("images")
        return JSONResponse({name: each.grow(count) for name, each in self.sites.items()})

    async def _endpoints(self, request: Request) -> Response:
        asked = await _asked(request)
        site, address = self.sites.get(asked.get("site", "")), asked.get("address")
        if site is None or not isinstance(address, str):
            return JSONResponse({"error": 'want {"site", "address"}'}, 422)
        site.move_images(address)
        return JSONResponse({})

    async def _stat(self, request: Request) -> Response:
        asked = await _asked(request)
        site = self.sites.get(asked.get("site", ""))
        if site is None or not site.urge(str(asked.get("accession", ""))):
            return JSONResponse({"error": "no such case waits there"}, 422)
        return JSONResponse({})

    async def _received(self, _request: Request) -> Response:
        found = {name: each.received.deliveries for name, each in self.sites.items()}
        return JSONResponse(found)

    async def _orders(self, _request: Request) -> Response:
        return JSONResponse([asdict(o) for each in self.sites.values() for o in each.orders()])


async def _asked(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await request.body() or b"{}")
    return found
