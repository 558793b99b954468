"""Static files: which are collected, and what is done to them on the way."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.checks import CheckMessage, Warning
from whitenoise.storage import CompressedManifestStaticFilesStorage

from quizsite import serif


class SerifFinder(FileSystemFinder):
    """Collects the serif from where `STATICFILES_DIRS` says, and has it cut before."""

    def check(self, **_options: object) -> list[CheckMessage]:
        if serif.is_installed():
            return []
        said = "Titles and questions are set in a serif of the reader's system: the packages for our own are not installed."
        return [Warning(said, hint=f"pip install {' '.join(serif.PACKAGES)}", id="quizsite.W001")]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[object]:
        self.prepare()
        listed: Iterable[object] = super().list([*(ignore_patterns or ()), serif.RECIPE])
        return (found for found in listed if serif.is_installed())

    def find(self, path: str, *arguments: Any, **options: Any) -> Any:
        if any(path.startswith(f"{prefix}/") for prefix, _folder in self.locations):
            self.prepare()
        return super().find(path, *arguments, **options)

    def prepare(self) -> None:
        if serif.is_installed():
            for _prefix, folder in self.locations:
                serif.prepare(Path(folder))


class Assets(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; our modules import each other by hashed names.

    So an open page of the version before goes on with its own modules, and a new page never mixes the two.
    """

    support_js_module_import_aggregation = True
