"""Which tests run when, by folder and by what they need; CONTRIBUTING.md says how to ask for them (a pytest plugin, loaded by `-p`).

Everything runs in `.ci/run`. `pytest` alone leaves out what is marked `ci`, and `pytest -m "not slow"` what is marked `slow`
as well: whatever is marked `ci` is slow. A test marked `smoke` stays in the default run though its kind is left to CI.
Files and folders that are named run whole.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
LEFT_TO_CI = {"browser", "concurrency", "deploy", "faults", "fuzz", "stateful"}  # folders
STORIES = {"walkthroughs"}  # folders of tests that go a long way, page by page
TABLES = {  # files that ask every address or every rule for every kind of person
    "test_permissions.py",
    "admin/test_owners.py",
    "admin/test_pages.py",
    "views/test_guessed_ids.py",
}
BROWSER_FIXTURES = {"page", "context", "browser"}  # of Playwright


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.markexpr and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.option.markexpr = "not ci"


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        own = {mark.name for mark in item.iter_markers()}
        for name in marks(item, own) - own:
            item.add_marker(name)


def marks(item: pytest.Item, own: set[str]) -> set[str]:
    """Return the marks of a test by its folder, by what it needs, and by what its own marks entail."""
    found = set(own)
    if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
        found.add("browser")
    is_left = "smoke" not in own and (folder(item) in LEFT_TO_CI or found & {"browser", "postgres", "ci"})
    if is_left:
        found.add("ci")
    if is_left or found & {"browser", "postgres", "smoke"} or place(item) in TABLES or folder(item) in STORIES:
        found.add("slow")
    return found


def folder(item: pytest.Item) -> str:
    """Return the folder of a test below `tests`; its file's name for one at the top."""
    return place(item).partition("/")[0]


def place(item: pytest.Item) -> str:
    """Return where a test's file is, from `tests` on; nothing for one that is not in it."""
    return item.path.relative_to(HERE).as_posix() if item.path.is_relative_to(HERE) else ""
