"""Real proxies with the samples of deploy/, on loopback: what of a sample is replaced, and programs that run meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests import waiting
from tests.servers import ROOT

PATIENCE = 15
DEPLOY = ROOT / "deploy"


class Missing(Exception):
    """A program that is not on this machine, and how to install it."""


def program(name: str, package: str = "") -> str:
    """Return its path; it may lie where only root looks."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        raise Missing(f"There is no {name} on this machine: apt-get install {package or name}")
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
events {{ worker_connections 4096; }}
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
UPSTREAM = r"    server 127\.0\.0\.1:8000;.*\n(    # server .*\n)+"  # the sample's process, and those it only names


def nginx(folder: Path, *, http: int, https: int, servers: Sequence[int]) -> list[str]:
    """Return the command of an nginx that listens on two ports, in front of the servers on others."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [*CERTIFICATE, "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    site = sample(
        "nginx.conf",
        (r"listen \[::\]:.*\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ", f"listen 127.0.0.1:{https} "),
        (UPSTREAM, "".join(f"    server 127.0.0.1:{port};\n" for port in servers)),
        ("ssl_certificate .*;", f"ssl_certificate {certificate};"),
        ("ssl_certificate_key .*;", f"ssl_certificate_key {key};"),
        (r"quiz\.example\.org", "localhost"),
    )
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site))
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def launch(command: list[str], log: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a program and return once it listens on a port."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | {"HOME": str(log.parent)})
    waiting.until(lambda: process.poll() is not None or waiting.is_open(port), seconds=PATIENCE)
    assert process.poll() is None, log.read_text()
    return process


@contextmanager
def running(command: list[str], log: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on a port, until the end."""
    process = launch(command, log, port)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
