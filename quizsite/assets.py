"""Static files: which are collected, and what is done to them on the way."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

NOT_LOADED = (
    *("*.rtl.*", "bootstrap-*.css*", "bootstrap.css*"),
    *("bootstrap.js*", "bootstrap.min.js*", "bootstrap.esm*", "bootstrap.bundle.js*"),
)
BUNDLES = ("quizzes/css/site.css",)
IMPORT = re.compile(r'^@import url\("([^"]+)"\);$', re.MULTILINE)
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


class BootstrapFinder(FileSystemFinder):
    """Leaves the other builds of Bootstrap out: with them, collecting takes three times as long."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        return super().list([*(ignore_patterns or ()), *NOT_LOADED])


class Assets(CompressedManifestStaticFilesStorage):
    """Hashed and compressed names; our modules import each other by theirs, and bundles hold what they import.

    So an open page of the version before goes on with its own modules, and a new page never mixes the two.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("quizzes/js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            for name in filter(paths.__contains__, BUNDLES):
                self._bundle(name)
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def _bundle(self, name: str) -> None:
        """Put the files that a style sheet imports in place of the lines that import them."""

        def imported(found: re.Match[str]) -> str:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
            with self.open(path) as part:
                return SOURCE_MAP.sub("", part.read().decode())

        source = finders.find(name)  # what was collected may be the bundle of the version before
        text = Path(source).read_text(encoding="utf-8") if isinstance(source, str) else ""
        self.delete(name)
        self._save(name, ContentFile(IMPORT.sub(imported, text).encode()))
