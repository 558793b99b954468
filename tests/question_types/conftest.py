"""Cards without a database, and Debian's Chromium for the test of the ordering script."""

import shutil
from typing import Any

import pytest

from quizzes.reports import glossary


@pytest.fixture(autouse=True)
def no_glossary(nothing_kept: None) -> None:
    """Cards are shown without a database, so there are no terms to ask for."""
    glossary.know(())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium on this machine")
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox", "--disable-gpu"]}
