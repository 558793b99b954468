"""Write the bank, or the questions of one quiz, as a file; `--schema` prints the JSON Schema of that file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes import formats
from quizzes.formats import native_json, native_schema
from quizzes.models import Question, Quiz
from quizzes.services import cases, exchange, linting, source_files


class Command(BaseCommand):
    help = "Write the questions of the bank as a file (or to the screen)."

    def add_arguments(self, parser: CommandParser) -> None:
        keys = [entry.key for entry in formats.all_formats()]
        parser.add_argument(
            "--format", choices=keys, default="json", help="The form of the file; json keeps everything."
        )
        parser.add_argument("--output", metavar="FILE", help="Where to write; the screen without it.")
        parser.add_argument("--quiz", metavar="SLUG", help="Only the questions that this quiz asks or may draw.")
        parser.add_argument("--schema", action="store_true", help="Write the JSON Schema of the json format instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            data = json.dumps(native_schema.schema(), ensure_ascii=False, indent=2).encode() + b"\n"
            self.put(data, options["output"])
            return
        questions = linting.questions_of(quiz_by(options["quiz"])) if options["quiz"] else Question.objects.live()
        drafts = exchange.export(questions)
        if options["format"] != "json":
            drafts = cases.put_into_stems(drafts)
            data = formats.get(options["format"]).write(drafts)
        else:
            slugs = {place.document for draft in drafts for place in draft.sources}
            data = native_json.written(drafts, sources=source_files.parts_of(slugs))
        self.put(data, options["output"])
        if options["output"]:
            self.stdout.write(f"{len(drafts)} questions written to {options['output']}.")

    def put(self, data: bytes, path: str | None) -> None:
        if path is None:
            self.stdout.write(data.decode(), ending="")
            return
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def quiz_by(slug: str) -> Quiz:
    try:
        return Quiz.objects.get(slug=slug)
    except Quiz.DoesNotExist:
        raise CommandError(f"There is no quiz “{slug}”.") from None
