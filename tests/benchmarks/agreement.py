"""Whether several processes are one site: log-outs, counts of tries and boards, asked of each process directly."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle

from tests.benchmarks.students import LOG_OUT, Tab
from tests.benchmarks.topology import Fleet

PAGE = "/attempts/"
WRONG_PASSWORDS = CODES = 10  # that are let through: ACCOUNT_RATE_LIMITS
BOARD_AGE = 2  # seconds after which no process shows an older board


def tabs(fleet: Fleet, cookie: str = "") -> list[Tab]:
    """One browser at each process, with the same session."""
    found = [Tab(fleet.origin, port=server.port) for server in fleet.web]
    for tab in found:
        tab.headers |= {"Cookie": cookie} if cookie else {}
    return found


def logged_in(fleet: Fleet, name: str, password: str) -> list[Tab]:
    first, *_others = tabs(fleet)
    status = first.log_in(name, password)
    assert status == 302, f"{name} could not log in: {status}"
    return tabs(fleet, first.headers["Cookie"])


def of_log_outs(fleet: Fleet, name: str, password: str) -> list[str]:
    """A log-out in one is one in all, whichever it is."""
    faults = []
    for number in range(len(fleet.web)):
        everywhere = logged_in(fleet, name, password)
        before = [tab.get(PAGE)[0] for tab in everywhere]
        everywhere[number].post(LOG_OUT)
        after = [tab.get(PAGE)[0] for tab in everywhere]
        if (set(before), set(after)) != ({200}, {302}):
            faults.append(f"log-out by process {number}: {before} before, {after} after")
    return faults


def of_counts(fleet: Fleet, limit: int, act: Callable[[Tab], int], everywhere: list[Tab], what: str) -> list[str]:
    """So many tries are let through by all together, and then none by any."""
    turns = cycle(everywhere)
    let_through = [act(next(turns)) for _try in range(limit)]
    refused = [act(tab) for tab in everywhere]
    if 429 in let_through or set(refused) != {429}:
        return [f"{what}: {let_through}, then {refused}"]
    return []


def of_wrong_passwords(fleet: Fleet, name: str) -> list[str]:
    def guess(tab: Tab) -> int:
        return tab.log_in(name, "wrong")

    return of_counts(fleet, WRONG_PASSWORDS, guess, tabs(fleet), "wrong passwords")


def of_codes(fleet: Fleet, name: str, password: str) -> list[str]:
    def join(tab: Tab) -> int:
        return tab.post("/classrooms/join/", code="WRNGWRNG")[0]

    return of_counts(fleet, CODES, join, logged_in(fleet, name, password), "codes to join")


def of_boards(fleet: Fleet, everywhere: list[Tab], paths: list[str]) -> list[str]:
    """The same content and the same version for the same viewer."""
    time.sleep(BOARD_AGE)
    faults = []
    for path in paths:
        seen = [tab.part(path) for tab in everywhere]
        if len(set(seen)) > 1 or seen[0][0] != 200 or b"<table" not in seen[0][2]:
            told = [(status, version, len(body)) for status, version, body in seen]
            faults.append(f"{path}: {told}")
    return faults
