"""What collecting the assets makes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assets as an installation has them."""
    folder = tmp_path_factory.mktemp("static")
    storages = {"staticfiles": {"BACKEND": "quizsite.assets.Assets"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def hashed(folder: Path, name: str) -> str:
    names = json.loads((folder / "staticfiles.json").read_text())["paths"]
    return (folder / names[name]).read_text()


def test_the_style_sheet_of_the_site_is_one_file(collected: Path) -> None:
    sheet = hashed(collected, "quizzes/css/site.css")
    assert "@import" not in sheet
    assert ".btn-primary" in sheet  # Bootstrap's
    assert "--paper" in sheet  # our tokens
    assert ".opt-label" in sheet  # the question card


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    names = re.findall(r'from "\./([^"]+)"', hashed(collected, "quizzes/js/attempt.js"))
    assert len(names) >= 4
    assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name) for name in names)
    assert all((collected / "quizzes/js" / name).exists() for name in names)


def test_everything_is_compressed_beside_itself(collected: Path) -> None:
    site = next((collected / "quizzes/css").glob("site.*.css"))
    assert site.with_name(f"{site.name}.br").stat().st_size < 60_000
