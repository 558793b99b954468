"""Django's makemessages, which finds the texts of *.jinja as well: `manage.py makemessages --locale de`."""

from __future__ import annotations

from pathlib import Path

from django.core.management.commands import makemessages
from django.template import engines
from jinja2.ext import extract_from_ast

EXTENSIONS = ["html", "txt", "py", "jinja"]


def as_python(source: str) -> str:
    """Return the calls of `_` and `ngettext` in a template, each on its own line number, for xgettext to read."""
    lines = [""] * (source.count("\n") + 1)
    tree = engines["jinja2"].env.parse(source)  # type: ignore[attr-defined]
    for number, function, texts in extract_from_ast(tree, ("_", "ngettext"), babel_style=False):
        lines[number - 1] += f"{function}({', '.join(map(repr, texts or ()))}); "
    return "\n".join(lines)


class JinjaBuildFile(makemessages.BuildFile):
    def preprocess(self) -> None:
        if not self.path.endswith(".jinja"):
            return super().preprocess()
        source = Path(self.path).read_text(encoding="utf-8")
        Path(self.work_path).write_text(as_python(source), encoding="utf-8")
        return None


class Command(makemessages.Command):
    build_file_class = JinjaBuildFile

    def handle(self, *args: object, **options: object) -> None:
        options["extensions"] = options["extensions"] or EXTENSIONS
        super().handle(*args, **options)
