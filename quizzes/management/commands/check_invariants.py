"""`manage.py check_invariants`: check what must always hold over the whole database; exit code 1 names what does not."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from quizzes import clock
from quizzes.reports import invariants


class Command(BaseCommand):
    help = "Check what must always hold (lost answers, open attempts, marks, the log …) over the whole database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-sweep", action="store_true", help="a copy, or a stopped site: no sweep works on it")

    def handle(self, *args: object, **options: object) -> None:
        count = 0
        for violation in invariants.check(now=clock.now(), is_swept=not options["no_sweep"]):
            self.stdout.write(str(violation))
            count += 1
        if count:
            raise CommandError(f"{count} violations")
        self.stdout.write("Everything holds.")
