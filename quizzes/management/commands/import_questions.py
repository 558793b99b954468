"""Read questions from a file: say what would happen, ask, and do it. For the site's bank, or for an instructor with `--owner`."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from quizzes import clock, formats
from quizzes.errors import ImportRejected
from quizzes.formats import encodings
from quizzes.formats.base import MAX_BYTES, Format
from quizzes.management import owners_imports
from quizzes.management.owners_imports import OwnersImport
from quizzes.models import ImportDraft, User
from quizzes.services import exchange, imports
from quizzes.services.exchange import ImportReport

OWNERS = ("topic", "categories", "tag", "exams", "quiz")
REFUSED = "Nothing was imported. Fix what is refused, or add --skip-refused."
TRIAL = "Nothing was written. Add --yes to import."
FINAL = "The site's bank has no undo. To be able to go back, run `manage.py backup` first; or import with --owner."
NOTHING = "There is nothing to import."


class Command(BaseCommand):
    help = (
        "Read questions from a file into the site's bank, or into an instructor's with --owner; --undo takes the second back."
        " Nothing is written before you say yes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        keys = [entry.key for entry in formats.all_formats()]
        parser.add_argument("file", metavar="FILE", nargs="?")
        parser.add_argument(
            "--format", choices=keys, help="The form of the file; told by its name and content without it."
        )
        parser.add_argument(
            "--encoding", choices=list(encodings.CHOICES), default="", help="Of plain text; found out without it."
        )
        parser.add_argument("--publish", action="store_true", help="Publish the questions; else they are drafts.")
        parser.add_argument("--skip-refused", action="store_true", help="Import the rest when some are refused.")
        parser.add_argument("--yes", action="store_true", help="Write what the report says, without a question.")
        parser.add_argument("--owner", metavar="USERNAME", help="Whose the questions become; the site's without it.")
        owners = parser.add_argument_group("with --owner, as in the workshop")
        owners.add_argument("--topic", default="", help="Of questions to which the file gives none; made if need be.")
        owners.add_argument("--categories", action="store_true", help="Make topics of the file's categories.")
        owners.add_argument("--tag", action="append", default=[], help="For all of them; may be given several times.")
        owners.add_argument("--exams", action="store_true", help="Keep them for exams.")
        owners.add_argument("--quiz", metavar="TITLE", default="", help="Make a quiz of them at once.")
        owners.add_argument("--undo", metavar="ID", type=int, help="Take an import of the last day back; no FILE.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"] is not None:
            if self.agreed(options, "Nothing was undone. Add --yes to undo it."):
                owners_imports.undo(options["undo"], self.stdout.write)
        elif not options["file"]:
            raise CommandError("Name a file, or an import with --undo.")
        elif options["owner"]:
            self.for_owner(options)
        elif any(options[name] for name in OWNERS):
            raise CommandError(f"{', '.join(f'--{name}' for name in OWNERS)} need --owner.")
        else:
            self.for_site(options)

    def agreed(self, options: dict[str, Any], words: str) -> bool:
        """Ask a person at a terminal; anywhere else `--yes` is needed, and `words` say so."""
        if not options["yes"] and sys.stdin.isatty():
            options["yes"] = input("Go on? [y/N] ").strip().lower() in ("y", "yes")
        if not options["yes"]:
            self.stdout.write(words)
        return bool(options["yes"])

    def for_owner(self, options: dict[str, Any]) -> None:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user “{options['owner']}”.")
        slugs = (slugify(tag)[:50] for tag in options["tag"])
        choices = imports.Choices(
            topic=options["topic"],
            uses_categories=options["categories"],
            tags=tuple(dict.fromkeys(slug for slug in slugs if slug)),
            publishes=options["publish"],
            is_kept_for_exams=options["exams"],
            quiz=options["quiz"].strip()[:200],
        )
        run = OwnersImport(owner, choices, self.stdout.write)
        data, name = contents(options["file"]), Path(options["file"]).name
        draft = run.read(name, data, format=options["format"] or "", encoding=options["encoding"])
        try:
            taken, refused = run.show(draft)
            if refused and not options["skip_refused"]:
                raise CommandError(REFUSED)
            if not taken:
                self.stdout.write(NOTHING)
            elif self.agreed(options, TRIAL):
                run.write(draft)
        finally:
            if draft.stage != ImportDraft.Stage.DONE:
                imports.discard(draft)

    def for_site(self, options: dict[str, Any]) -> None:
        data, encoding = decoded(contents(options["file"]), options["encoding"])
        chosen = chosen_format(options, data)
        self.stdout.write(f"Read as {chosen.name}{f' in {encodings.CHOICES[encoding]}' if encoding else ''}.")
        drafts, issues = chosen.parse(data)
        report = exchange.plan_import(drafts, issues, actor=None, publish=options["publish"])
        self.show(report)
        if report.refused and not options["skip_refused"]:
            raise CommandError(REFUSED)
        if not report.writes:
            self.stdout.write(NOTHING)
            return
        self.stdout.write(FINAL)
        if not self.agreed(options, TRIAL):
            return
        try:
            exchange.apply_import(report, actor=None, now=clock.now(), skip_refused=options["skip_refused"])
        except ImportRejected as error:
            raise CommandError(str(error.message)) from error
        state = "published" if options["publish"] else "as drafts"
        self.stdout.write(self.style.SUCCESS(f"{len(report.new) + len(report.changed)} questions imported, {state}."))

    def show(self, report: ImportReport) -> None:
        self.stdout.write(
            f"{len(report.new)} new, {len(report.changed)} changed, {len(report.unchanged)} unchanged,"
            f" {len(report.refused)} refused."
        )
        for entry in report.changed:
            self.stdout.write(f"  changed: {entry.where}: {', '.join(entry.reasons)}")
        for name, slugs in (("topics", report.new_topics), ("tags", report.new_tags)):
            if slugs:
                self.stdout.write(f"  new {name}: {', '.join(slugs)}")
        for issue in report.refused:
            self.stderr.write(f"  refused: {issue}")
        for issue in report.notes:
            self.stdout.write(f"  without: {issue}")
        for entry in (*report.new, *report.changed):
            for finding in entry.findings:
                self.stdout.write(
                    f"  {finding.severity}: {entry.where}, {finding.where}: {finding.what} [{finding.rule}]"
                )


def contents(path: str) -> bytes:
    """Return the bytes of a file, one more than the limit at most."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def decoded(data: bytes, chosen: str) -> tuple[bytes, str]:
    """Return the bytes as UTF-8 and the encoding they had; other files than plain text as they are."""
    try:
        return encodings.as_utf8(data, chosen)
    except ImportRejected as error:
        raise CommandError(str(error.message)) from error


def chosen_format(options: dict[str, Any], data: bytes) -> Format:
    try:
        return formats.get(options["format"]) if options["format"] else formats.detect(options["file"], data)
    except KeyError:
        known = ", ".join(entry.extension for entry in formats.all_formats())
        raise CommandError(
            f"The form of {options['file']} is unknown; name it with --format. Known: {known}."
        ) from None
