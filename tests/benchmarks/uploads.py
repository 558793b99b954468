"""What it takes to refuse each hostile file: `python -m tests.benchmarks.uploads [part of a name]`

Each is read in a process of its own: CPU seconds, and MiB by which reading raised the peak of memory. Ends with an error where
one took more than 2 s or 100 MiB, or was not answered by its sentence. Linux only: it reads /proc.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from tests.formats.hostile import CORPUS, Hostile, answer  # noqa: E402
from tests.formats.hostile_workbooks import workbook  # noqa: E402

SECONDS, MEBIBYTES = 2.0, 100.0


@dataclass(frozen=True)
class Cost:
    """What reading one file took, and the answer to it."""

    seconds: float  # of CPU
    mebibytes: float
    answer: str


def main(part: str) -> int:
    """Print a line for each file; return how many are beyond the limits."""
    answer("roster", workbook())  # what is loaded once is loaded now
    answer("json", b"[]")
    bad = 0
    for one in CORPUS:
        if part not in one.name:
            continue
        data = one.make()
        cost = in_its_own_process(one.kind, data)
        is_bad = cost.seconds > SECONDS or cost.mebibytes > MEBIBYTES or one.words not in cost.answer
        print(line(one, data, cost, is_bad=is_bad), flush=True)
        bad += is_bad
    return bad


def line(one: Hostile, data: bytes, cost: Cost, *, is_bad: bool) -> str:
    sign = "BAD" if is_bad else "ok "
    size = f"{len(data) / 1000:7,.0f} kB  {cost.seconds:5.2f} s  {cost.mebibytes:6.1f} MiB"
    return f"{sign} {size}  {one.kind}: {one.name}: {cost.answer[:100]}"


def in_its_own_process(kind: str, data: bytes) -> Cost:
    with get_context("fork").Pool(1) as pool:
        return pool.apply(measured, [kind, data])


def measured(kind: str, data: bytes) -> Cost:
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak until now
    before, began = peak(), time.process_time()
    given = answer(kind, data)
    return Cost(time.process_time() - began, peak() - before, given)


def peak() -> float:
    """The most memory this process has held, in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "") > 0)
