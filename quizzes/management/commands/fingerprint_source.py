"""Read the text of a document once and keep, for its source, the fingerprints of its paragraphs instead of the text."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes.errors import ImportRejected
from quizzes.models import Source
from quizzes.services import exchange

MAX_BYTES = 5 * 1024 * 1024


class Command(BaseCommand):
    help = "Number the paragraphs of a document and keep their fingerprints; paragraph n is the n-th line that is not blank."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="The source.")
        parser.add_argument("file", metavar="FILE", help="Its text, UTF-8.")

    def handle(self, *, slug: str, file: str, **options: object) -> None:
        source = Source.objects.filter(slug=slug).first()
        if source is None:
            raise CommandError(f"There is no source “{slug}”.")
        try:
            count = exchange.keep_fingerprints(source, text_of(file))
        except ImportRejected as error:
            raise CommandError(f"{file}: {error.message}") from error
        self.stdout.write(f"{count} paragraphs of “{source.slug}” are kept as fingerprints.")


def text_of(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise CommandError(f"{path} is larger than {MAX_BYTES // 2**20} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 (byte 0x{data[error.start]:02X} at offset {error.start}).") from error
