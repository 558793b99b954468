"""`manage.py close_overdue_attempts [--every 20]`: apply deadlines to attempts nobody looks at.

Reading an attempt applies its deadline as well; this only keeps boards and gradebooks fresh.
"""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from quizzes import clock
from quizzes.services import attempts

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Close attempts whose deadline has passed, and grade what was left ungraded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on for ever, with this pause")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self.stdout.write(f"{self.sweep()} attempts closed")
            return
        while True:
            close_old_connections()
            try:
                self.sweep()
            except Exception:  # whatever it was: nobody would start this loop again
                log.exception("a sweep failed; the next one comes")
            time.sleep(options["every"])

    def sweep(self) -> int:
        return attempts.close_overdue(now=clock.now())
