"""The site behind a real nginx and a real Caddy with the samples of deploy/, on loopback; without them tests skip, in CI they fail."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import databases
from tests.benchmarks.browser import Browser
from tests.servers import ROOT, Server, environment, free_port

PATIENCE = 15
DEPLOY = ROOT / "deploy"


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
    """Return its path; it may lie where only root looks."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        missing = f"There is no {name} on this machine: apt-get install {name}"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return path


def sample(name: str, *changes: tuple[str, str]) -> str:
    """Return a file of deploy/ with each of these expressions replaced, which must occur."""
    text = (DEPLOY / name).read_text()
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text)
        assert count, pattern
    return text


NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
CERTIFICATE = [
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
]


def nginx(folder: Path, front: Front) -> list[str]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [*CERTIFICATE, "-subj", "/CN=localhost", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    site = sample(
        "nginx.conf",
        (r"listen \[::\]:.*\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{front.http};"),
        ("listen 443 ", f"listen 127.0.0.1:{front.https} "),
        ("127.0.0.1:8000", f"127.0.0.1:{front.server.port}"),
        ("ssl_certificate .*;", f"ssl_certificate {certificate};"),
        ("ssl_certificate_key .*;", f"ssl_certificate_key {key};"),
        (r"quiz\.example\.org", "localhost"),
    )
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site))
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


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


@contextmanager
def running(command: list[str], log: Path, port: int) -> Iterator[None]:
    """A program that listens on a port, until the end."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | {"HOME": str(log.parent)})
    try:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait()


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
