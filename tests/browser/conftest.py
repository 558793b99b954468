"""Real Chromium against the real site: a server with threads, a database in a file, people who are logged in."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from quizsite.assets import SerifFinder
from quizzes.models import User
from tests import factories
from tests.browser.watching import Watch
from tests.databases import real_database
from tests.postgres import children_of

QUIET = ("no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync")
PATIENCE_MS = 15_000  # most of it for a machine that is busy; what comes is not waited for longer
STUCK_SECONDS = 120
LogIn = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.flaky(reruns=2))  # Chromium itself gets stuck now and then; the summary says so
            # In a plugin's own code.
            item.add_marker(pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; without one the tests are skipped, in CI they fail."""
    path = shutil.which("chromium")
    if path is None:
        missing = "There is no Chromium on this machine: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    expect.set_options(timeout=PATIENCE_MS)
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": [*(f"--{one}" for one in QUIET), "--no-first-run"],
    }


@pytest.fixture(scope="session", autouse=True)
def _serif() -> None:
    """Cut before the first page asks for it, as by collecting the assets."""
    SerifFinder().prepare()


@pytest.fixture(scope="session")
def running(launch_browser: Callable[[], Browser]) -> Iterator[list[Browser]]:
    """The Chromium that the tests of this process share, in a list so that a new one can take its place."""
    browsers: list[Browser] = []
    yield browsers
    for browser in browsers:
        browser.close()


@pytest.fixture
def browser(launch_browser: Callable[[], Browser], running: list[Browser]) -> Iterator[Browser]:
    """The shared Chromium. Some calls to it have no time-out: one that is stuck is killed, and fails the test instead."""
    if not running or not running[-1].is_connected():
        running[:] = [launch_browser()]
    watchdog = threading.Timer(STUCK_SECONDS, kill_chromium)
    watchdog.daemon = True
    watchdog.start()
    yield running[-1]
    watchdog.cancel()


def kill_chromium() -> None:
    """Kill every Chromium below this process."""
    left = children_of(os.getpid())
    while left:
        pid = left.pop()
        left += children_of(pid)
        with suppress(OSError):
            if "chrom" in Path(f"/proc/{pid}/comm").read_text():
                os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session", autouse=True)
def no_folder_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Workers of xdist end before Playwright's plugin removes its folder, and Python complains about that."""
    folder = request.getfixturevalue("_pw_artifacts_folder")
    yield
    if hasattr(request.config, "workerinput"):
        folder.cleanup()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the site, served by threads as in production; each test brings its own rows."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(autouse=True)
def database(django_db_blocker: Any) -> Iterator[None]:
    """SQLite in a file, which the threads of the server share; emptied after the test."""
    cache.clear()
    with real_database("sqlite", django_db_blocker, waits_for_disk=False):
        yield


@pytest.fixture
def learner(database: None) -> User:
    return factories.user("learner")


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], server: str) -> dict[str, Any]:
    return {**browser_context_args, "base_url": server, "reduced_motion": "reduce", "timezone_id": "UTC"}


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Whatever goes wrong inside the pages of this test: violations of the policy, errors of scripts, pages that break."""
    watch = Watch()
    yield watch
    watch.settle()


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any], watch: Watch) -> Iterator[Callable[..., Page]]:
    """visitor(**options) opens a page in a browser of its own, with nobody logged in."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watch.over(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        with suppress(Error):  # its Chromium is gone
            context.close()


def log_in(context: BrowserContext, person: User, server: str) -> None:
    """Give a browser the session of a person, as after the log-in form."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    context.add_cookies([{"name": "sessionid", "value": str(session.session_key), "url": server}])


@pytest.fixture
def enter(visitor: Callable[..., Page], server: str) -> LogIn:
    """enter(person, **options): the page of a browser in which the person is logged in."""

    def open_page(person: User, **options: Any) -> Page:
        page = visitor(**options)
        log_in(page.context, person, server)
        return page

    return open_page
