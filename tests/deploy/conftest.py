"""The site behind a real nginx and a real Caddy with the samples of deploy/, on loopback; without them tests skip, in CI they fail."""

from __future__ import annotations

import http.client
import json
import os
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import databases, proxies
from tests.benchmarks.browser import Browser
from tests.proxies import PATIENCE, running, sample
from tests.servers import Server, environment, free_port


@dataclass
class Front:
    """A proxy: its ports, and the server behind it."""

    http: int
    https: int
    server: Server

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.https}"


def https_to(front: Front, *, source: str = "127.0.0.1") -> http.client.HTTPSConnection:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # signed by the test itself
    return http.client.HTTPSConnection(
        "localhost", front.https, timeout=PATIENCE, context=trusting, source_address=(source, 0)
    )


def told_to(connection: http.client.HTTPConnection, headers: dict[str, str]) -> Any:
    """Return what the server took the client for."""
    connection.request("GET", "/told/", headers={"Host": "localhost"} | headers)
    response = connection.getresponse()
    assert response.status == 200
    return json.loads(response.read())


class SecureBrowser(Browser):
    """A learner's browser at a proxy."""

    def __init__(self, front: Front, session: str = "") -> None:
        super().__init__(front.https, session)
        self.connection = https_to(front)
        del self.headers["Host"]
        self.headers["Origin"] = front.origin


def program(name: str) -> str:
    """Return its path; without it tests skip, in CI they fail."""
    try:
        return proxies.program(name)
    except proxies.Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def nginx(folder: Path, front: Front) -> list[str]:
    return proxies.nginx(folder, http=front.http, https=front.https, servers=[front.server.port])


CADDY = """{{
	admin off
	skip_install_trust
	default_bind 127.0.0.1
	http_port {front.http}
	https_port {front.https}
	storage file_system {folder}/caddy
}}
{site}"""


def caddy(folder: Path, front: Front) -> list[str]:
    site = sample(
        "Caddyfile", (r"quiz\.example\.org", "localhost"), ("127.0.0.1:8000", f"127.0.0.1:{front.server.port}")
    )
    (folder / "Caddyfile").write_text(CADDY.format(folder=folder, front=front, site=site))
    return [program("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(scope="package", params=[nginx, caddy], ids=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[Front]:
    """One for all tests: rows come and go meanwhile."""
    folder = tmp_path_factory.mktemp("proxy")
    start: Callable[[Path, Front], list[str]] = request.param
    program(start.__name__)
    with django_db_blocker.unblock():
        https = free_port()
        more = {
            "SITE_URL": f"https://localhost:{https}",
            "BEHIND_PROXY": "true",
            "DJANGO_SETTINGS_MODULE": "tests.deploy.settings",
        }
        server = Server(environment(folder) | more, folder / "server.log", "--no-sweep")
        front = Front(free_port(), https, server)
        with server, running(start(folder, front), folder / "proxy.log", https):
            yield front


@pytest.fixture
def sqlite(django_db_blocker: Any) -> Iterator[Path]:
    """The file of an empty database that commits."""
    with databases.real_database("sqlite", django_db_blocker):
        yield Path(connection.settings_dict["NAME"])
