"""The control of the demo platform, for tests and demonstrations; it has no token."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import asdict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workstation.demo.faults import Log
from workstation.demo.site import Site
from workstation.errors import SettingsError


def control_app(
    sites: Mapping[str, Site], set_faults: Callable[[dict[str, Any]], None], log: Log
) -> Starlette:
    """`POST /faults` `{site: {knob: value}}`, `GET /log`, `POST /log/clear`,
    `POST /tokens/expire` `{"site"}`,
    `POST /images` `{"images"}` (more of the case that is arriving; all without a number),
    `GET /received`, `GET /orders`.
    """

    async def faults(request: Request) -> Response:
        try:
            set_faults(json.loads(await request.body()))
        except (ValueError, AttributeError, SettingsError) as why:
            return JSONResponse({"error": str(why)}, 422)
        return JSONResponse({})

    async def read_log(_request: Request) -> Response:
        return JSONResponse([asdict(each) for each in log.lines])

    async def clear_log(_request: Request) -> Response:
        log.lines.clear()
        return JSONResponse({})

    async def expire(request: Request) -> Response:
        wanted = json.loads(await request.body() or b"{}").get("site")
        for name, site in sites.items():
            if wanted in (None, name):
                site.provider.expire_access_tokens()
        return JSONResponse({})

    async def images(request: Request) -> Response:
        count = json.loads(await request.body() or b"{}").get("images")
        return JSONResponse({name: each.grow(count) for name, each in sites.items()})

    async def received(_request: Request) -> Response:
        return JSONResponse({name: each.received.deliveries for name, each in sites.items()})

    async def orders(_request: Request) -> Response:
        return JSONResponse([asdict(o) for each in sites.values() for o in each.orders()])

    return Starlette(
        routes=[
            Route("/faults", faults, methods=["POST"]),
            Route("/log", read_log),
            Route("/log/clear", clear_log, methods=["POST"]),
            Route("/tokens/expire", expire, methods=["POST"]),
            Route("/images", images, methods=["POST"]),
            Route("/received", received),
            Route("/orders", orders),
        ]
    )
