"""`manage.py restore FILE`: verify a copy of `manage.py backup`; with `--yes`, put it in the place of the database."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from quizzes import clock
from quizzes.management.backups import copies


class Command(BaseCommand):
    help = "Verify a copy; with --yes, put it in the place of the site's database, which is kept under another name."
    requires_system_checks = []  # they ask the database, which may be damaged or gone

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a copy that `backup` made")
        parser.add_argument("--yes", action="store_true", help="replace the database; the site must be stopped")
        parser.add_argument("--accept-violations", action="store_true", help="also where check_invariants objects")

    def handle(self, *, file: Path, yes: bool, accept_violations: bool, **options: object) -> None:
        name = connection.settings_dict["NAME"]
        done = copies.restore(file, now=clock.now(), replaces=yes, accepts_violations=accept_violations)
        self.stdout.write(f"{file.name} is whole.")
        if not yes:
            raise CommandError(f"Nothing was replaced. With --yes, {file.name} takes the place of the database {name}.")
        self.stdout.write(f"It is now the database {name}.")
        if done.kept:
            self.stdout.write(f"What was there is kept as {done.kept}; delete it when you no longer need it.")
        next_steps = "manage.py migrate, then check_invariants; " if done.lacks_migrations else ""
        self.stdout.write(f"Next: {next_steps}start the site. Remove again the people who were removed since the copy.")
