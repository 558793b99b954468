"""`manage.py regrade_exact [--dry-run]`: results of versions that rounded each item, as exact sums make them.

Once after the upgrade. Each attempt that changes gets an event; one that would lose its pass keeps its marks.
"""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from quizzes import clock
from quizzes.figures import marks
from quizzes.services import exactness
from quizzes.services.exactness import Correction


class Command(BaseCommand):
    help = "Add up marks exactly where an earlier version rounded each item; no one loses a pass."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: object, **options: object) -> None:
        corrections = list(exactness.corrections())
        shown = [correction for correction in corrections if correction.is_shown]
        for correction in shown:
            self.stdout.write(line_of(correction))
        if not options["dry_run"]:
            for correction in corrections:
                exactness.apply(correction, now=clock.now())
        kept = sum(correction.is_kept for correction in shown)
        verb = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"Results that {verb}: {len(shown) - kept}; that stay as they are: {kept}.")


def line_of(correction: Correction) -> str:
    """Return “Attempt 7 (Charter · ines · 1): 1.99 → 2 of 4, not passed → passed”."""
    attempt, after = correction.attempt, correction.after
    before = marks(correction.before) if correction.before is not None else "–"
    said = f"attempt {attempt.pk} ({attempt}): {before} → {marks(after) if after is not None else '–'}"
    said += f" of {marks(attempt.max_marks)}"
    if correction.is_kept:
        return f"{said}, would lose its pass: stays as it is"
    return f"{said}, not passed → passed" if correction.was_passed != correction.is_passed else said
