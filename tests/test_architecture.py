"""The arrows of the design: a file imports only from lower layers, and never inside a function."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "quizzes"
LAYERS = {
    0: ["errors", "clock", "terms", "marking", "scheduling", "psychometrics", "local_time"],
    1: ["question_types"],
    2: ["formats", "lint"],
    3: ["models"],
    4: ["entitlements"],
    5: ["services", "reports"],
    6: ["forms"],
    7: ["views", "admin", "management", "checks", "middleware"],
    8: ["urls"],
}
LEVEL = {name: level for level, names in LAYERS.items() for name in names}
OUTSIDE = {"apps", "migrations", "static", "templatetags", "__init__"}
# Views may use the middleware's way to tell JSON from pages; commands share how the site is served.
SIBLINGS_ALLOWED = {("views", "middleware"), ("admin", "views")}


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """(module, whether it is inside a function) of every import of our own package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "quizzes":
            names = [f"quizzes.{alias.name}" for alias in node.names] if node.module == "quizzes" else [node.module]
            for name in names:
                yield name, id(node) in inside
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "quizzes":
                    yield alias.name, id(node) in inside


def modules() -> list[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in OUTSIDE
    )


def test_every_file_has_a_place_in_the_layers() -> None:
    unplaced = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()} - set(LEVEL)
    assert not unplaced


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_lower_layers(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    wrong = [
        module
        for module, _inside in imports(path)
        if (other := part_of(module)) in LEVEL
        and other != own
        and LEVEL[other] >= LEVEL[own]
        and (own, other) not in SIBLINGS_ALLOWED
    ]
    assert not wrong, f"{own} must not import {wrong}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_hides_inside_a_function(path: Path) -> None:
    assert not [module for module, inside in imports(path) if inside]


def test_the_wall_clock_is_read_in_one_place() -> None:
    readers = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if path.name != "clock.py"
        and any(word in path.read_text(encoding="utf-8") for word in ("timezone.now(", "datetime.now(", "utcnow("))
    ]
    assert readers == []


def test_the_installation_imports_nothing_of_the_app_but_what_settings_name() -> None:
    wrong = {
        str(path.relative_to(ROOT)): [module for module, _inside in imports(path)]
        for path in sorted((ROOT / "quizsite").rglob("*.py"))
    }
    assert {path: modules for path, modules in wrong.items() if modules} == {}
