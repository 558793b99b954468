"""A browser without a screen: one connection kept alive, cookies, the token, plain http.client."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

TOKEN = "t" * 32
ATTEMPT = re.compile(r"/attempts/(\d+)/")


class Browser:
    """One learner's browser. `last` is the size and encoding of the last reply."""

    def __init__(self, port: int, session: str, *, timeout: float = 60) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Accept-Encoding": "gzip, br",
            "Host": "127.0.0.1",
        }

    def request(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        try:
            self.connection.request(method, path, body, self.headers | headers)
            response = self.connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        except BaseException:
            self.connection.close()
            raise

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return self.request("GET", path)

    def post(self, path: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
        body = urlencode(fields).encode()
        return self.request("POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})

    def save(self, attempt: int, slot: int, revision: int, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"slot": slot, "revision": revision, "answer": answer}).encode()
        path = f"/attempts/{attempt}/save/"
        status, headers, reply = self.request(
            "POST", path, body, **{"Content-Type": "application/json", "Accept": "application/json"}
        )
        is_json = headers.get("Content-Type", "").startswith("application/json")
        return status, json.loads(reply) if is_json and not headers.get("Content-Encoding") else {}

    def start(self, slug: str) -> int:
        """Start the quiz; the number of the attempt the reply leads to."""
        status, headers, body = self.post(f"/quizzes/{slug}/start/")
        found = ATTEMPT.search(headers.get("Location", ""))
        if status != 302 or not found:
            raise RuntimeError(f"start answered {status}: {body[:200]!r}")
        return int(found[1])
