"""Students who take a whole timed quiz through the proxy, and an instructor whose projector shows the board meanwhile."""

from __future__ import annotations

import http.client
import re
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.browser import ATTEMPT, TOKEN, Browser
from tests.benchmarks.client import AWAY, QUESTIONS, Client

FORM = "application/x-www-form-urlencoded"
LOG_IN, LOG_OUT = "/accounts/login/", "/accounts/logout/"
BOARD_EVERY = 1.8  # seconds, as board.js
LOOKS_AT_BOARD = 20.0  # seconds after handing in
CLOSED = 409  # what a save is told after the close
LEAVE_IT = 10  # one in so many does not hand in: the deadline does


class Tab(Browser):
    """A browser that can log in: through the proxy, or past it to one process, as the proxy speaks to it."""

    def __init__(self, origin: str, *, port: int = 0, timeout: float = 30) -> None:
        super().__init__(port, "", timeout=timeout)
        self.headers |= {"Cookie": f"csrftoken={TOKEN}", "Origin": origin, "Host": "localhost"}
        if port:
            self.headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
            return
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # signed by the run itself
        own_port = int(origin.rpartition(":")[2])
        self.connection = http.client.HTTPSConnection("localhost", own_port, timeout=timeout, context=trusting)

    def log_in(self, name: str, password: str) -> int:
        """Return the status of the answer: 302 where the password is right, and the cookie is kept."""
        body = urlencode({"login": name, "password": password})
        try:
            self.connection.request("POST", LOG_IN, body, self.headers | {"Content-Type": FORM})
            response = self.connection.getresponse()
            response.read()
        except BaseException:
            self.connection.close()
            raise
        cookies = "; ".join(response.headers.get_all("Set-Cookie") or [])
        if found := re.search(r"sessionid=\w+", cookies):
            self.headers["Cookie"] = f"{found[0]}; csrftoken={TOKEN}"
        return response.status

    def start_assigned(self, slug: str, assignment: int) -> tuple[int, Any]:
        """Start a quiz of a class; 200 and the number of the attempt."""
        status, headers, _body = self.post(f"/quizzes/{slug}/start/", assignment=str(assignment))
        found = ATTEMPT.search(headers.get("Location", ""))
        return (200, int(found[1])) if status == 302 and found else (status, {})

    def part(self, path: str, version: str = "") -> tuple[int, str, bytes]:
        """What the script of a board gets: status, version and the part of the page."""
        more = {"X-Requested-With": "fetch", "Accept-Encoding": "identity"}
        more |= {"If-None-Match": version} if version else {}
        status, headers, body = self.request("GET", path, **more)
        return status, headers.get("Etag", headers.get("ETag", "")), body


@dataclass
class Plan:
    """What all students of a run have in common."""

    origin: str
    slug: str
    password: str
    seconds: float  # that an attempt takes
    begin: threading.Event = field(default_factory=threading.Event)
    # A password is dear to try on purpose: as many at a time as the machine can answer soon, however busy it is.
    door: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(6))


@dataclass
class Student(Client):
    """One who logs in, waits for the bell, answers every question, some twice, hands in and looks at the board."""

    plan: Plan = None  # type: ignore[assignment]
    name: str = ""
    classroom: int = 0
    assignment: int = 0
    number: int = 0
    attempt: int = 0
    is_in: bool = False
    minutes: float = 0.0  # from the start to handing in
    is_late: bool = False  # the class closed before the last answer, on a machine that was too busy

    def run(self, stop: threading.Event) -> None:
        try:
            self.arrive()
            self.plan.begin.wait()
            time.sleep(self.rng.uniform(0, self.plan.seconds / 20))
            self.take()
        except Exception as error:
            self.is_late = f"status {CLOSED}" in str(error)
            self.faults += [] if self.is_late else [f"{self.name}: {error!r}"]
        finally:
            self.hang_up()

    def arrive(self) -> None:
        with self.plan.door:
            self.insist(self.enter)
        self.see("/")
        self.see(f"/classrooms/{self.classroom}/")
        self.is_in = True

    def enter(self, tab: Tab) -> tuple[int, Any]:
        if tab.get(LOG_IN)[0] >= 500:
            return 503, {}
        status = tab.log_in(self.name, self.plan.password)
        if status == 302:
            cookie = tab.headers["Cookie"]
            self.open_browser = lambda: self.again(cookie)
        return (200 if status == 302 else status), {}

    def again(self, cookie: str) -> Tab:
        """The same browser after its connection broke."""
        tab = Tab(self.plan.origin)
        tab.headers["Cookie"] = cookie
        return tab

    def see(self, path: str) -> None:
        def look(tab: Browser) -> tuple[int, Any]:
            status, headers, _body = tab.get(path)
            is_over = status == 302 and "/result/" in headers.get("Location", "")
            return (CLOSED if is_over else status), {"path": path}

        self.insist(look)

    def take(self) -> None:
        self.see("/quizzes/")
        self.see(f"/quizzes/{self.plan.slug}/")
        began = time.monotonic()
        self.attempt = self.insist(lambda tab: tab.start_assigned(self.plan.slug, self.assignment))
        for slot in range(1, QUESTIONS + 1):
            self.answer(slot)
        if self.number % LEAVE_IT:
            self.hand_in()
            self.minutes = (time.monotonic() - began) / 60
            self.watch(f"/assignments/{self.assignment}/board/", LOOKS_AT_BOARD)

    def answer(self, slot: int) -> None:
        self.see(f"/attempts/{self.attempt}/questions/{slot}/")
        time.sleep(self.plan.seconds / QUESTIONS * self.rng.uniform(0.5, 1.5))
        self.save(self.attempt, slot, 1)
        if self.rng.random() < 0.3:
            self.save(self.attempt, slot, 2)

    def hand_in(self) -> None:
        self.see(f"/attempts/{self.attempt}/summary/")
        self.insist(lambda tab: self.submit(tab, self.attempt))
        self.submitted.append(self.attempt)
        self.see(f"/attempts/{self.attempt}/result/")

    def watch(self, path: str, seconds: float) -> None:
        end, version = time.monotonic() + min(seconds, self.plan.seconds / 3), ""
        while time.monotonic() < end:
            version = self.look(path, version)
            time.sleep(BOARD_EVERY)

    def look(self, path: str, version: str) -> str:
        """Ask once; a board that does not answer is asked again later, as the script does. Return the version now known."""
        with suppress(*AWAY):
            self.browser = self.browser or self.open_browser()
            status, told, _body = self.browser.part(path, version)  # type: ignore[attr-defined]
            if status not in (200, 304, 502, 503, 504):
                self.faults.append(f"{path}: status {status}")
            return told if status == 200 else version
        self.hang_up()
        return version


@dataclass
class Projector(Student):
    """An instructor's screen in front of the class, from the bell to the end."""

    looks: int = 0

    def run(self, stop: threading.Event) -> None:
        try:
            self.arrive()
            self.plan.begin.wait()
            version, path = "", f"/classrooms/{self.classroom}/projector/"
            while not stop.wait(BOARD_EVERY):
                version = self.look(path, version)
                self.looks += 1
        except Exception as error:
            self.faults.append(f"{self.name}: {error!r}")
        finally:
            self.hang_up()
