"""Bring the shipped bank into this site: new versions of questions that changed, new ones, quizzes as they ship."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from quizzes import clock
from quizzes.services import enemies, shipped, study
from quizzes.services.shipped import LoadPlan

NAMED = 10  # rows of one kind that are named by their key; all with `--verbosity 2`


class Command(BaseCommand):
    help = "Bring the shipped question bank into this site. What was edited here stays; loading twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; write nothing.")
        parser.add_argument(
            "--record",
            action="store_true",
            help="For authors: note in fixtures/editions.json what the fixtures say now.",
        )

    def handle(self, *, dry_run: bool, record: bool, verbosity: int, **options: object) -> None:
        edition = shipped.read()
        if record:
            shipped.write_record(shipped.record(edition))
            self.stdout.write("The record knows this edition.")
            return
        done = shipped.load(edition, now=clock.now(), is_rehearsal=dry_run)
        at_most = NAMED if verbosity < 2 else None
        for line in report(done, is_rehearsal=dry_run, at_most=at_most):
            self.stdout.write(line)
        if not dry_run:
            enemies.load(Path(settings.FIXTURE_DIRS[0]))
            notes = study.load(Path(settings.FIXTURE_DIRS[0]), now=clock.now())
            for what, names in (
                ("new", notes.added),
                ("changed", notes.changed),
                ("left as they are here", notes.kept),
            ):
                if names:
                    self.stdout.write(f"  notes, terms and units {what}: {len(names)}")


def report(done: LoadPlan, *, is_rehearsal: bool = False, at_most: int | None = NAMED) -> list[str]:
    """Return what was done, or would be: a line for each kind of row, with the keys of so many, and for each that is left."""
    lines = [
        f"  {kind} {verb}: {len(keys)} ({named(keys, at_most)})"
        for verb, what in (("new", done.new), ("changed", done.changed), ("archived", done.archived))
        for kind, keys in what.items()
        if keys
    ]
    lines += [f"  left: {one}" for one in done.left]
    return [heading(done, is_rehearsal=is_rehearsal), *lines]


def named(keys: Sequence[str], at_most: int | None) -> str:
    shown = keys[:at_most]
    return ", ".join([*shown, "…"] if len(shown) < len(keys) else shown)


def heading(done: LoadPlan, *, is_rehearsal: bool = False) -> str:
    if not done.writes:
        return "The bank is that of this edition." if not done.left else "The bank is that of this edition, but for:"
    return "Nothing was written. This would happen:" if is_rehearsal else "The bank is brought up to date:"
