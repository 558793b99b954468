"""The scripts: their unit tests in `tests/js`, run by Node's own test runner, and their linter."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "quizzes/static/quizzes/js"
NODE = shutil.which("node") or shutil.which("nodejs")
OXLINT = shutil.which("oxlint", path=str(Path(sys.executable).parent)) or shutil.which("oxlint")


@pytest.fixture
def node() -> str:
    return NODE or missing("Node is not installed: apt-get install nodejs.")


@pytest.fixture
def oxlint() -> str:
    return OXLINT or missing("The linter of the scripts is not installed: pip install --editable '.[test]'.")


def missing(hint: str) -> NoReturn:
    """Skip the test; in CI it fails."""
    if os.environ.get("CI"):
        pytest.fail(hint)
    pytest.skip(hint)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_what_the_scripts_do_without_a_page(node: str) -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/js").glob("*.test.mjs"))
    assert tests
    done = run(node, "--experimental-default-type=module", "--no-warnings", "--test", *tests)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_finds_no_fault_in_the_scripts_and_their_tests(oxlint: str) -> None:
    done = run(oxlint, "-c", "tests/js/oxlint.json", "--format", "unix", "quizzes", "tests/js")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scripts_of_an_attempt_keep_their_state_in_one_place() -> None:
    kept = {
        path.name: found
        for path in [JS / "attempt.js", *(JS / "attempt").glob("*.js")]
        if (found := re.findall(r"^(?:export )?let .*", path.read_text(), re.MULTILINE))
    }
    assert kept == {}


def test_the_scripts_of_an_attempt_import_each_other_in_no_ring() -> None:
    arrows = {
        path.name: set(re.findall(r'from "\./(\w+\.js)"', path.read_text())) for path in (JS / "attempt").glob("*.js")
    }
    for _round in list(arrows):  # take away what imports nothing that is left; a ring stays
        arrows = {name: left for name, imported in arrows.items() if (left := imported & arrows.keys())}
    assert arrows == {}


def test_the_page_of_an_attempt_asks_for_all_its_scripts_at_once() -> None:
    found, left = set[Path](), [JS / "attempt.js"]
    while left:
        script = left.pop()
        imported = {(script.parent / name).resolve() for name in re.findall(r' from "(\..+?)"', script.read_text())}
        left += imported - found
        found |= imported
    frame = (ROOT / "templates/quizzes/attempts/_frame.jinja").read_text()
    named = frame.split("{% for name in [")[1].split("]")[0]
    assert re.findall(r"[\w/]+", named) == sorted(str(path.relative_to(JS).with_suffix("")) for path in found)
