"""Every address, method and role with odd values: whatever is sent, the answer is no error of ours.

`FUZZ_REQUESTS=20000 pytest tests/fuzz -m slow --timeout 3600` sends more of them; `FUZZ_SEED=7` others. What is sent follows from
the seed.
"""

from __future__ import annotations

import json
import logging
import os
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from quizzes.models import version_cache
from tests.databases import real_database
from tests.fuzz import addresses, world
from tests.fuzz.forms import Fields

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "2000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
METHODS = (*["form"] * 8, *["GET"] * 4, "POST", "POST", "json", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
STAFF = ("instructor", "administrator", "administrator")
FIELDS = 60  # of a form that are sent


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def school(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[world.World]:
    with real_database(request.param, django_db_blocker, waits_for_disk=False):
        yield world.made()


@dataclass
class Sender:
    """Sends requests made up by chance, and keeps what went wrong; nothing that a request writes stays."""

    school: world.World
    chance: random.Random

    def __post_init__(self) -> None:
        self.routes = addresses.routes()
        self.faults: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.sent = 0

    def send(self) -> None:
        """One request; where a form is sent, the page with the form is asked for first."""
        route = self.chance.choice(self.routes)
        role = self.chance.choice(
            STAFF if route.is_workshop and self.chance.random() < 0.8 else list(self.school.cookies)
        )
        method = self.chance.choice(METHODS)
        address = route.filled(self.school.known, self.chance) + addresses.query(self.chance, self.school.known)
        client = Client(raise_request_exception=False)
        client.cookies = self.school.cookies[role].copy()
        with transaction.atomic():
            body = (
                self.form(client, address)
                if method == "form"
                else self.fields(self.chance.sample(addresses.PARAMETERS, 5))
            )
            reply = self.request(client, method, address, body)
            self.note(f"{method} /{route.template} as {role}", address, reply)
            transaction.set_rollback(True)
        version_cache.clear()
        cache.clear()

    def form(self, client: Client, address: str) -> dict[str, Any]:
        """The fields of the page, some of them with odd values."""
        page = client.get(address)
        self.note(f"GET for {address.partition('?')[0]}", address, page)
        if page.streaming or "html" not in page.get("Content-Type", ""):
            return {}
        shown = Fields(page.text).found
        names = {name for name, _value in shown}
        changed = self.chance.sample(sorted(names), min(len(names), self.chance.choice((0, 1, 2, 5, 20))))
        kept = dict(self.chance.sample(shown, min(len(shown), FIELDS)))
        return kept | self.fields(changed)

    def fields(self, names: Any) -> dict[str, Any]:
        return {name: self.value(name) for name in names}

    def value(self, name: str) -> Any:
        if "file" in name:
            return SimpleUploadedFile(
                "class.csv", self.chance.choice((b"", b"email\na@example.org", bytes(99), b"PK\x03\x04"))
            )
        return addresses.value(self.chance, self.school.known)

    def request(self, client: Client, method: str, address: str, body: dict[str, Any]) -> Any:
        if method in ("POST", "form"):
            return client.post(address, body)
        if method == "json":
            return client.post(address, self.json(), content_type="application/json")
        return client.generic(method, address)

    def json(self) -> str:
        """A body that has the names of a save, with values of any kind."""
        kinds = [
            None,
            True,
            -1,
            1,
            1.5,
            2**64,
            "x",
            "\ud800",
            [],
            {},
            [[["1"]]],
            {"choice": ["0"]},
            {"text": [1]},
            {"\x00": ["\x00"]},
        ]
        return json.dumps({name: self.chance.choice(kinds) for name in ("slot", "revision", "answer", "flagged")})

    def note(self, what: str, address: str, reply: Any) -> None:
        self.sent += 1
        self.answers[reply.status_code] += 1
        if reply.streaming:
            list(reply)  # as a server does; its file is closed with that
        if reply.status_code >= 500:
            raised = "".join(traceback.format_exception(*reply.exc_info)[-6:]) if reply.exc_info else reply.text[:300]
            self.faults.setdefault(raised[-160:], f"{what}: {address[:300]}\n{raised}")


def test_no_request_ends_in_an_error_of_ours(school: world.World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    sender = Sender(school, random.Random(SEED))
    while sender.sent < REQUESTS:
        sender.send()
    print(f"{sender.sent} requests, seed {SEED}: {dict(sorted(sender.answers.items()))}")
    assert not sender.faults, "\n\n".join([f"{len(sender.faults)} faults", *sender.faults.values()])


def test_every_part_of_the_site_is_walked() -> None:
    templates = {route.template for route in addresses.routes()}
    assert {"attempts/{pk}/save/", "accounts/login/", "admin/quizzes/quiz/{object_id}/change/", "healthz"} <= templates
