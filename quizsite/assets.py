"""Static files: which are collected, and what is done to them on the way."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage

OF_BOOTSTRAP = {"css/bootstrap.min.css", "css/bootstrap.min.css.map"}  # the style sheet names its map


class BootstrapFinder(FileSystemFinder):
    """Collects the one style sheet of Bootstrap that pages load, out of fifty files."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        return (found for found in super().list(ignore_patterns) if found[0] in OF_BOOTSTRAP)


class Assets(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; our modules import each other by hashed names.

    So an open page of the version before goes on with its own modules, and a new page never mixes the two.
    """

    support_js_module_import_aggregation = True
