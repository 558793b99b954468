"""Names of other packages that no documentation promises: each may go with the next release, so each needs a reason."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("quizsite", "quizzes", "tests")
# Without an underscore, but in no documentation either; mostly of the insides of Django's ORM and database backends.
UNDOCUMENTED = {
    *("get_compiler", "klass_info", "annotation_col_map", "get_related_populators", "col_count"),
    *("get_converters", "apply_converters", "ModelState", "compiler", "sql_with_params", "lookup_cast"),
    *("ModelIterable", "ValuesListIterable", "FlatValuesListIterable", "NamedValuesListIterable"),
    *("SQLiteCursorWrapper", "FORMAT_QMARK_REGEX", "convert_query", "create_cursor", "adapt_datetimefield_value"),
    *("force_begin_transaction_with_broken_autocommit", "run_and_clear_commit_hooks", "execute_wrappers"),
    *("CodeGenerator", "NodeTransformer", "make_globals", "code_generator_class", "HashedFilesMixin"),
}
READS_ROWS_FAST = "compiled once at the hot spots; on a Django it was not tried on, plain QuerySets do the same"
FAIR_LOCK = "a single write takes its turn in the queue around the cursor's own call, as Django has no hook there"
PREPARED = {
    *("ValuesListIterable", "_iterable_class", "apply_converters", "col_count", "compiler"),
    *("get_compiler", "get_converters"),
}
WRITES_SQL = {
    "quizzes/models/prepared.py",
    "quizzes/reports/board_results.py",
    "quizzes/services/attempts/answers.py",
    "quizzes/services/people.py",
}
ALLOWED = {
    ("quizsite/sqlite/base.py", "SQLiteCursorWrapper"): FAIR_LOCK,
    ("quizsite/sqlite/base.py", "create_cursor"): FAIR_LOCK,
    ("quizsite/sqlite/base.py", "force_begin_transaction_with_broken_autocommit"): (
        "it tells the call that begins a transaction from others; it must have the name that Django passes it by"
    ),
    ("quizzes/formats/xml_reader.py", "_Element"): "lxml's only name for the type of an element",
    ("quizzes/forms/bank.py", "_errors"): "while rows are asked for, a bound form is shown without its errors",
    ("quizzes/forms/bank.py", "_non_form_errors"): "the same of a set of forms",
    **{("quizzes/models/prepared.py", name): READS_ROWS_FAST for name in PREPARED},
    **{(path, "adapt_datetimefield_value"): "instants in SQL written by hand" for path in WRITES_SQL},
}
DOCUMENTED = {"_meta", "_default_manager", "_base_manager", "_fields", "_make"}  # promised in spite of the underscore


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def trees() -> dict[Path, ast.Module]:
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for folder in OURS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    }


def defined_in(tree: ast.AST) -> Iterator[str]:
    """Names that are defined here: functions, classes, variables, and attributes of `self`."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value):
            yield node.attr


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def names_used(tree: ast.AST, own: set[str]) -> Iterator[str]:
    """Private or undocumented names of others that a file reads, imports, passes by or defines in their place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr in UNDOCUMENTED or (is_private(node.attr) and (node.attr not in own or is_super(node.value))):
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(OURS):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (name for name in names if is_private(name) or name in UNDOCUMENTED)
        elif isinstance(node, (ast.FunctionDef, ast.arg, ast.keyword)):
            name = node.name if isinstance(node, ast.FunctionDef) else node.arg
            if name in UNDOCUMENTED:
                yield name


def private_overrides(tree: ast.Module, module: ModuleType) -> Iterator[str]:
    """Private methods and attributes that our classes define and a class of another package has as well."""
    for node in ast.walk(tree):
        kind = vars(module).get(node.name) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and isinstance(kind, type):
            yield from (name for name in set(map(name_of, node.body)) if is_private(name) and is_of_others(kind, name))


def overrides_in(path: Path, tree: ast.Module) -> Iterator[str]:
    """The same of a file of the application, which is imported for it; tests are not."""
    return iter(()) if path.is_relative_to(ROOT / "tests") else private_overrides(tree, module_of(path))


def name_of(statement: ast.stmt) -> str:
    """What a statement in the body of a class defines; an empty name for anything else."""
    if isinstance(statement, ast.FunctionDef):
        return statement.name
    target: Any = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", [])), None)
    return target.id if isinstance(target, ast.Name) else ""


def is_of_others(kind: type, name: str) -> bool:
    return any(name in vars(base) for base in kind.__mro__[1:] if not base.__module__.startswith(OURS))


def module_of(path: Path) -> ModuleType:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return importlib.import_module(".".join(parts).removesuffix(".__init__"))


def uses() -> set[tuple[str, str]]:
    """Return (file, name) of all that is used of other packages and not documented there."""
    files = trees()
    own = {name for tree in files.values() for name in defined_in(tree)}
    return {
        (str(path.relative_to(ROOT)), name)
        for path, tree in files.items()
        for name in (*names_used(tree, own), *overrides_in(path, tree))
        if name not in DOCUMENTED
    }


@pytest.mark.slow
def test_no_private_name_of_another_package_is_used_without_a_reason() -> None:
    found = uses()
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set(), "no longer used, so no longer allowed"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("queryset._iterable_class", ["_iterable_class"]),
        ("super()._commit()", ["_commit"]),
        ("self._inherited()", ["_inherited"]),
        ("class A:\n  def _own(self): return self._own()", []),
        ("class A:\n  def f(self): self._kept = 1; return self._kept", []),
        ("from django.db.models.query import ModelIterable", ["ModelIterable"]),
        ("from allauth._tools import x", ["_tools"]),
        ("from quizzes.services import _x", []),
        ("def create_cursor(self): ...", ["create_cursor"]),
        ("Model._meta.pk", ["_meta"]),
    ],
)
def test_a_name_is_noticed_however_it_comes_in(source: str, names: list[str]) -> None:
    tree = ast.parse(source)
    assert list(names_used(tree, set(defined_in(tree)))) == names


class Foreign:
    """Stands for a class of another package."""

    __module__ = "foreign"

    def _load(self) -> None: ...


class Ours(Foreign):
    __module__ = "quizzes.made_up"

    def _load(self) -> None: ...

    def _own(self) -> None: ...


def test_a_private_method_in_place_of_another_packages_is_noticed() -> None:
    module = ModuleType("quizzes.made_up")
    module.Ours = Ours  # type: ignore[attr-defined]
    source = "class Ours(Foreign):\n  def _load(self): ...\n  def _own(self): ..."
    assert list(private_overrides(ast.parse(source), module)) == ["_load"]
