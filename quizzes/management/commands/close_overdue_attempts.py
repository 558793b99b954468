"""`manage.py close_overdue_attempts [--every 20]`: apply deadlines to attempts nobody looks at; clear old imports and guests.

Reading an attempt applies its deadline as well; this only keeps boards and gradebooks fresh. With `--every` it also
watches the machine's clock: deadlines are absolute, so a clock that is set ends attempts or lets them go on, and the log
says so. `/healthz` does not: that it happened is nothing a monitor could wait for to pass.
"""

import logging
import time
from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from quizzes import clock
from quizzes.services import attempts, guests, imports

log = logging.getLogger(__name__)
JUMP = timedelta(seconds=30)  # less is how clocks are kept right, and shorter than anybody would notice


class Command(BaseCommand):
    help = "Close attempts whose deadline has passed, and grade what was left ungraded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on for ever, with this pause")

    def handle(self, *, every: int | None, **options: object) -> None:
        if every is None:
            self.stdout.write(f"{self.sweep()} attempts closed")
            return
        watch = clock.Watch()
        while True:
            close_old_connections()
            closed = 0
            try:
                warn_of_jump(watch.look())
                closed = self.sweep()
            except Exception:  # whatever it was: nobody would start this loop again
                log.exception("a sweep failed; the next one comes")
            if not closed:  # else others may have ended while it worked: look again first
                time.sleep(every)

    def sweep(self) -> int:
        now = clock.now()
        closed = attempts.close_overdue(now=now)
        imports.sweep(now=now)
        guests.sweep(now=now)
        return closed


def warn_of_jump(step: clock.Step) -> None:
    """Write one line when the clock was set: how far, where to, and what it does to attempts."""
    if abs(step.jump) <= JUMP:
        return
    forward = step.jump > timedelta(0)
    log.warning(
        "the clock of this machine %s by %.0f s: from %s to %s while %.0f s passed. Deadlines are absolute: %s.",
        "was set forward (or the machine slept)" if forward else "was set back",
        abs(step.jump).total_seconds(),
        f"{step.before:%Y-%m-%d %H:%M:%S}",
        f"{step.after:%Y-%m-%d %H:%M:%S} UTC",
        step.passed.total_seconds(),
        "attempts that were due in between end now" if forward else "attempts in progress go on for so much longer",
    )
