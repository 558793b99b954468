"""The picture in docs/architecture.md is what the imports are: a file imports only from lower layers, and never inside a function."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.md"
LAYER = re.compile(r'\["<b>(\d+)</b> ([^<]+?)(?:<br>|"\])')  # a box of the picture: ["<b>5</b> services · reports<br>…
PART = re.compile(r"\w+")
# The picture is what the imports are compared with: {"views": 7, …}.
LEVEL = {
    name: int(level)
    for level, names in LAYER.findall(PICTURE.read_text(encoding="utf-8"))
    for name in PART.findall(names.replace("(write)", "").replace("(read)", ""))
}
OUTSIDE = {"migrations", "__init__"}
# Views use the middleware's way to tell JSON from pages; the workshop links to pages of the site.
SIBLINGS_ALLOWED = {("views", "middleware"), ("admin", "views")}


@dataclass(frozen=True)
class Import:
    """A line that imports one of our own modules."""

    file: Path
    line: int
    module: str
    is_inside_a_function: bool

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"

    @property
    def importer(self) -> str:
        """The part of the package that the file belongs to: "models" for quizzes/models/bank.py."""
        return part_of(self.file)

    @property
    def imported(self) -> str:
        """The part that is imported: "models" for quizzes.models.bank."""
        return self.module.split(".")[1] if "." in self.module else ""


def part_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[1].removesuffix(".py")


@cache
def files(package: str) -> list[Path]:
    return sorted(file for file in (ROOT / package).rglob("*.py") if part_of(file) not in OUTSIDE)


@cache
def imports(package: str) -> list[Import]:
    """Every import of `quizzes` or `quizsite` in the files of a package."""
    return [found for file in files(package) for found in imports_of(file)]


def imports_of(file: Path) -> Iterator[Import]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in modules_of(node):
                if module.split(".")[0] in ("quizzes", "quizsite"):
                    yield Import(file, node.lineno, module, id(node) in inside)


def modules_of(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    named = [f"{node.module}.{alias.name}" for alias in node.names]
    return [name if file_of(name) else node.module or "" for name in named]  # from quizzes import terms: quizzes.terms


def file_of(module: str) -> Path | None:
    """The file of one of our modules; None for what is none."""
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


def test_the_picture_has_every_part_of_the_application_and_no_other() -> None:
    assert set(LEVEL) == {part_of(file) for file in files("quizzes")}


def test_a_file_imports_only_from_lower_layers() -> None:
    upwards = [
        str(found)
        for found in imports("quizzes")
        if found.imported in LEVEL
        and found.imported != found.importer
        and LEVEL[found.imported] >= LEVEL[found.importer]
        and (found.importer, found.imported) not in SIBLINGS_ALLOWED
    ]
    assert upwards == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    arrows: dict[Path, set[Path]] = {}
    for found in imports("quizzes"):
        if (target := file_of(found.module)) and target != found.file:
            arrows.setdefault(found.file, set()).add(target)
    for _round in list(arrows):  # take away what points at nothing that is left; a ring stays
        arrows = {file: left for file, targets in arrows.items() if (left := targets & arrows.keys())}
    assert [str(file.relative_to(ROOT)) for file in arrows] == []


def test_no_import_hides_inside_a_function() -> None:
    hidden = [str(found) for found in imports("quizzes") + imports("quizsite") if found.is_inside_a_function]
    assert [line for line in hidden if not line.startswith("quizzes/apps.py")] == []


def test_what_surrounds_the_application_knows_it_by_the_names_in_its_settings_alone() -> None:
    assert [str(found) for found in imports("quizsite") if found.module.startswith("quizzes")] == []


def test_the_application_does_not_import_what_surrounds_it() -> None:
    assert [str(found) for found in imports("quizzes") if found.module.startswith("quizsite")] == []


def test_the_wall_clock_is_read_in_one_place() -> None:
    words = ("timezone.now(", "datetime.now(", "utcnow(")
    readers = [file for file in files("quizzes") if any(word in file.read_text(encoding="utf-8") for word in words)]
    assert [str(file.relative_to(ROOT)) for file in readers] == ["quizzes/clock.py"]


# What views share: none of these has an address.
SHARED_VIEWS = {
    "asked",
    "asked_previews",
    "board_tags",
    "errands",
    "kept_previews",
    "live",
    "payloads",
    "posted_answers",
    "requests",
    "shortcuts",
    "slip_sheets",
}


def test_no_view_imports_another_view() -> None:
    lent = [
        str(found)
        for found in imports("quizzes")
        if found.imported == "views"
        and found.importer in ("views", "admin")
        and found.module.split(".")[2:3] != []
        and found.module.split(".")[2] not in SHARED_VIEWS
    ]
    assert lent == []


def test_guests_are_asked_for_only_where_they_are_served() -> None:
    """`User.objects` has none of them, so no list and no count does."""
    askers = [file for file in files("quizzes") if "User.everyone" in file.read_text(encoding="utf-8")]
    assert [str(file.relative_to(ROOT / "quizzes")) for file in askers] == [
        "models/accounts.py",
        "services/attempts/practice.py",
        "services/attempts/start.py",
        "services/guests.py",
    ]


def test_a_file_has_300_lines_at_most_but_for_the_settings_which_are_one_list() -> None:
    long = [file for file in files("quizzes") + files("quizsite") if len(file.read_text("utf-8").splitlines()) > 300]
    assert [str(file.relative_to(ROOT)) for file in long] == ["quizsite/settings.py"]
