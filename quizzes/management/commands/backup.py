"""`manage.py backup`: copy the database while people answer; exit code 1, and no copy, where it is not whole."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from quizzes import clock
from quizzes.management.backups import copies, keeping


class Command(BaseCommand):
    help = "Copy the database while people answer, verify the copy, and delete those that are too old."
    requires_system_checks = []  # they would make the file of a database that is gone

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="where copies are kept (default: backups in DATA_DIR)")
        parser.add_argument(
            "--keep",
            type=int,
            nargs=3,
            default=(7, 30, 365),
            metavar="DAYS",
            help="for how long: all, one of each day, one of each month (default: 7 30 365)",
        )
        parser.add_argument("--keep-all", action="store_true", help="delete no copy")

    def handle(self, *, folder: Path | None, keep: Sequence[int], keep_all: bool, **options: object) -> None:
        now = clock.now()
        folder = folder or settings.DATA_DIR / "backups"
        file, note = copies.make(folder, now=now)
        rows = sum(note.counts.values())
        self.stdout.write(f"{file}: {note.size / 1e6:.1f} MB, {rows} rows, verified; invariants {note.invariants}.")
        if not keep_all:
            for gone in copies.thin(folder, now=now, ages=keeping.Ages(*keep)):
                self.stdout.write(f"Deleted {gone.name}: too old.")
