"""The unit tests of the scripts, in `tests/js`, run by Node's own test runner."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "quizzes/static/quizzes/js").glob("*.js"))
NODE = shutil.which("node") or shutil.which("nodejs")


@pytest.fixture
def node() -> str:
    if NODE is None and os.environ.get("CI"):
        pytest.fail("Node is not installed: apt-get install nodejs.")
    if NODE is None:
        pytest.skip("Node is not installed: apt-get install nodejs.")
    return NODE


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_what_the_scripts_do_without_a_page(node: str) -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/js").glob("*.test.mjs"))
    assert tests
    done = run(node, "--experimental-default-type=module", "--no-warnings", "--test", *tests)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_script_is_understood(node: str) -> None:
    assert SCRIPTS
    broken = {
        path.name: done.stderr
        for path in SCRIPTS
        if (done := run(node, "--experimental-default-type=module", "--check", str(path))).returncode
    }
    assert broken == {}
