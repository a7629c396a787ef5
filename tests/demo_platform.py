"""The demo platform as tests use it: a real child process, asked over real HTTP."""

import base64
import hashlib
import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

_REDIRECT = "http://127.0.0.1:9/callback"


class DemoPlatform:
    """A running platform; stops with the `with` block. Killed ones can be started again."""

    def __init__(
        self,
        folder: Path,
        studies: Sequence[Path] = (),
        faults: Path | None = None,
        data: Path | None = None,
        port: int = 0,
    ) -> None:
        self._ready_file = folder / f"ready-{secrets.token_hex(4)}.json"
        self._arguments = ["--ready-file", str(self._ready_file), "--port", str(port)]
        for each in studies:
            self._arguments += ["--studies", str(each)]
        for name, path in (("--faults", faults), ("--data", data)):
            self._arguments += [name, str(path)] if path else []
        self._child: subprocess.Popen[bytes] | None = None
        self._http = httpx2.Client(timeout=30)
        self.ready: dict[str, Any] = {}

    def start(self) -> Self:
        self._ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "workstation", "platform", *self._arguments]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while not self._ready_file.exists():
            assert self._child.poll() is None, "the platform ended before it was ready"
            assert time.monotonic() < deadline, "the platform did not get ready"
            time.sleep(0.02)
        self.ready = json.loads(self._ready_file.read_text("utf-8"))
        return self

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._child is not None
        self._child.terminate()
        return self.ended()

    def kill(self) -> None:
        """SIGKILL: no good-bye, nothing flushed that was not flushed before."""
        assert self._child is not None
        self._child.kill()
        self.ended()

    def ended(self) -> int:
        """It ends, or has ended, by itself; the exit code."""
        assert self._child is not None
        code = self._child.wait(20)
        if self._child.stdin:
            self._child.stdin.close()
        self._child = None
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._child is not None:
            self.stop()
        self._http.close()

    # --- what it says of itself ------------------------------------------------

    @property
    def control(self) -> str:
        return str(self.ready["control"])

    @property
    def settings(self) -> Path:
        return Path(self.ready["settings"])

    def site(self, site: str) -> dict[str, str]:
        return next(each for each in self.ready["sites"] if each["id"] == site)

    def orders(self, state: str = "") -> list[dict[str, str]]:
        """As they stand now; `state` narrows to unread, claimed, preliminary or final."""
        found = self._http.get(f"{self.control}/orders").raise_for_status().json()
        return [each for each in found if state in ("", each["state"])]

    def log(self) -> list[dict[str, Any]]:
        """Every request so far: site, method, path, query, at, status, fault."""
        found: list[dict[str, Any]] = self._http.get(f"{self.control}/log").json()
        return found

    def clear_log(self) -> None:
        self._post("log/clear", {})

    def faults(self, **sites: dict[str, Any]) -> None:
        """`faults(harbor={"site_down": True})`; `all` stands for every site."""
        self._post("faults", sites)

    def expire_tokens(self, site: str | None = None) -> None:
        self._post("tokens/expire", {"site": site} if site else {})

    def grow(self, images: int | None = None) -> None:
        """More images of the case that is still arriving; all of them without a number."""
        self._post("images", {"images": images} if images else {})

    def urge(self, site: str, accession: str) -> None:
        """A case that waits becomes STAT."""
        self._post("stat", {"site": site, "accession": accession})

    def images_at(self, site: str, address: str) -> None:
        """From now on the site's studies say that their images are there."""
        self._post("endpoints", {"site": site, "address": address})

    def received(self) -> dict[str, int]:
        """Deliveries by site."""
        found: dict[str, int] = self._http.get(f"{self.control}/received").json()
        return found

    def _post(self, what: str, body: dict[str, Any]) -> None:
        self._http.post(f"{self.control}/{what}", json=body).raise_for_status()

    # --- raw access, independent of the program's own client --------------------

    def password(self, user: str) -> str:
        return next(str(each["password"]) for each in self.ready["users"] if each["name"] == user)

    def tokens(self, site: str, user: str = "jo.sample", **asked: str) -> dict[str, Any]:
        """The token endpoint's answer to a whole sign-in, cookies forgotten afterwards."""
        issuer = self.site(site)["issuer"]
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": "workstation",
            "redirect_uri": _REDIRECT,
            "scope": "openid profile offline_access fhirUser",
            "state": "s",
            "nonce": "n",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "prompt": "consent",
        } | asked
        with httpx2.Client(timeout=30) as http:
            form = http.get(f"{issuer}/authorize", params=query)
            action = re.search(r'action="([^"]+)"', form.text)
            assert action, form.text
            name_and_password = {"username": user, "password": self.password(user)}
            back = http.post(action[1], data=name_and_password).headers["location"]
            grant = {
                "grant_type": "authorization_code",
                "client_id": "workstation",
                "redirect_uri": _REDIRECT,
                "code": httpx2.URL(back).params["code"],
                "code_verifier": verifier,
            }
            found = http.post(f"{issuer}/token", data=grant).raise_for_status().json()
        return dict(found)

    def token(self, site: str, user: str = "jo.sample") -> str:
        return str(self.tokens(site, user)["access_token"])

    @contextmanager
    def client(self, site: str, user: str = "jo.sample") -> Iterator[httpx2.Client]:
        """An HTTP client that is signed in."""
        headers = {"Authorization": f"Bearer {self.token(site, user)}"}
        with httpx2.Client(headers=headers, timeout=30) as http:
            yield http


def start_platform(
    folder: Path,
    studies: Sequence[Path] = (),
    faults: Path | None = None,
    data: Path | None = None,
    port: int = 0,
) -> DemoPlatform:
    """For a `with` statement."""
    return DemoPlatform(folder, studies, faults, data, port)
