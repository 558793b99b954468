"""The addresses of this machine: a site that is open to others is reached under each of them, and says one."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from django.test import Client

from quizzes.management import addresses
from quizzes.management.commands.quickstart import address_to_open

EVERYWHERE = "0.0.0.0"


@pytest.fixture
def allowed(settings: Any) -> Any:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return settings.ALLOWED_HOSTS


def of_the_system() -> list[str]:
    """What the system's own tool says; without it the test has nothing to compare with."""
    if not shutil.which("hostname"):
        pytest.skip("There is no hostname on this machine.")
    told = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True)
    return told.stdout.split()


def test_it_finds_what_the_system_knows() -> None:
    assert set(of_the_system()) <= set(addresses.of_this_machine())


def test_a_site_that_is_open_answers_under_each_of_them(client: Client, db: None, allowed: list[str]) -> None:
    hosts = [addresses.as_host(address) for address in addresses.of_this_machine()]
    assert [client.get("/healthz", headers={"Host": f"{host}:8000"}).status_code for host in hosts] == [400] * len(
        hosts
    )
    addresses.allow(EVERYWHERE)
    assert [client.get("/healthz", headers={"Host": f"{host}:8000"}).status_code for host in hosts] == [200] * len(
        hosts
    )
    assert client.get("/healthz", headers={"Host": "quiz.example.net"}).status_code == 400


def test_one_that_listens_on_one_address_answers_under_that_alone(client: Client, db: None, allowed: list[str]) -> None:
    addresses.allow("2001:db8::7")
    assert allowed == ["127.0.0.1", "localhost", "[2001:db8::7]"]
    assert client.get("/healthz", headers={"Host": "[2001:db8::7]:8000"}).status_code == 200


def test_the_address_that_is_printed_is_one_that_others_can_open() -> None:
    found = addresses.of_this_machine()
    assert address_to_open(EVERYWHERE) == (found[0] if found else "127.0.0.1")
    assert address_to_open("192.0.2.9") == "192.0.2.9"


@pytest.mark.parametrize(
    ("address", "is_useful"),
    [
        ("192.168.1.20", True),
        ("fd00::2", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("169.254.7.7", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        (EVERYWHERE, False),
    ],
)
def test_addresses_that_end_at_this_machine_are_left_out(address: str, is_useful: bool) -> None:
    assert addresses.is_for_others(address) == is_useful


@pytest.mark.parametrize(
    ("host", "is_private"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), (EVERYWHERE, False), ("::", False)],
)
def test_only_loopback_is_this_machine_alone(host: str, is_private: bool) -> None:
    assert addresses.is_this_machine_only(host) == is_private
    assert not addresses.is_this_machine_only("quiz.example.org")
