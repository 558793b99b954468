"""Read questions from a file: say what would happen, and with `--yes` do it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes import clock, formats
from quizzes.errors import ImportRejected
from quizzes.formats import encodings
from quizzes.formats.base import MAX_BYTES, Format
from quizzes.services import exchange
from quizzes.services.exchange import ImportReport


class Command(BaseCommand):
    help = "Read questions from a file into the bank. Nothing is written without --yes."

    def add_arguments(self, parser: CommandParser) -> None:
        keys = [one.key for one in formats.all_formats()]
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--format", choices=keys, help="The form of the file; told by its name and content without it."
        )
        parser.add_argument(
            "--encoding", choices=list(encodings.CHOICES), default="", help="Of plain text; found out without it."
        )
        parser.add_argument("--publish", action="store_true", help="Publish the questions; else they are drafts.")
        parser.add_argument("--skip-refused", action="store_true", help="Import the rest when some are refused.")
        parser.add_argument("--yes", action="store_true", help="Write what the report says.")

    def handle(self, *args: Any, **options: Any) -> None:
        data, encoding = decoded(contents(options["file"]), options["encoding"])
        chosen = chosen_format(options, data)
        self.stdout.write(f"Read as {chosen.name}{f' in {encodings.CHOICES[encoding]}' if encoding else ''}.")
        drafts, issues = chosen.parse(data)
        report = exchange.plan_import(drafts, issues, actor=None, publish=options["publish"])
        self.show(report)
        if report.refused and not options["skip_refused"]:
            raise CommandError("Nothing was imported. Fix what is refused, or add --skip-refused.")
        if not options["yes"]:
            self.stdout.write(
                "Nothing was written. Add --yes to import." if report.writes else "There is nothing to import."
            )
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
        known = ", ".join(one.extension for one in formats.all_formats())
        raise CommandError(
            f"The form of {options['file']} is unknown; name it with --format. Known: {known}."
        ) from None
