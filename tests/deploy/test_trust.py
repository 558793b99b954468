"""Whose word counts for a client's address and scheme: that of the trusted proxy and no other."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import PATIENCE, told_to
from tests.servers import Server, environment

PROXY, CLIENT = "127.0.0.7", "127.0.0.8"
OF_A_PROXY = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def started(folder: Path, **more: str) -> Server:
    folder.mkdir()
    settings = {"DJANGO_SETTINGS_MODULE": "tests.deploy.settings"}
    return Server(environment(folder) | settings | more, folder / "log", "--no-sweep").start()


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that trusts a proxy at an address of its own."""
    with django_db_blocker.unblock():
        server = started(tmp_path_factory.mktemp("trust") / "data", BEHIND_PROXY="true", TRUSTED_PROXY=PROXY)
        yield server
        server.kill()


def told_from(source: str, server: Server, headers: dict[str, str]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE, source_address=(source, 0))
    with closing(connection):
        return told_to(connection, headers)


def test_the_proxy_is_believed(server: Server) -> None:
    assert told_from(PROXY, server, OF_A_PROXY) == {"address": "203.0.113.9", "is_secure": True}


def test_what_a_client_told_the_proxy_is_not(server: Server) -> None:
    passed_on = OF_A_PROXY | {"X-Forwarded-For": "198.51.100.1, 198.51.100.2, 203.0.113.9"}
    assert told_from(PROXY, server, passed_on)["address"] == "203.0.113.9"


@pytest.mark.parametrize("source", [CLIENT, "127.0.0.1"])
def test_a_client_that_connects_directly_is_not_believed(server: Server, source: str) -> None:
    assert told_from(source, server, OF_A_PROXY) == {"address": source, "is_secure": False}


def test_an_address_of_version_6_is_understood(server: Server) -> None:
    headers = OF_A_PROXY | {"X-Forwarded-For": "2001:db8::1"}
    assert told_from(PROXY, server, headers)["address"] == "2001:db8::1"


def test_without_a_proxy_no_one_is_believed(django_db_blocker: Any, tmp_path: Path) -> None:
    with django_db_blocker.unblock():
        server = started(tmp_path / "data")
    try:
        assert told_from("127.0.0.1", server, OF_A_PROXY) == {"address": "127.0.0.1", "is_secure": False}
    finally:
        server.kill()
