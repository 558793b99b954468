"""What collecting the assets makes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client, override_settings


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


def compressed_size(folder: Path, name: str) -> int:
    names = json.loads((folder / "staticfiles.json").read_text())["paths"]
    return (folder / f"{names[name]}.br").stat().st_size


def test_of_bootstrap_only_the_style_sheet_in_use_is_collected(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert {name for name in names if name.startswith("bootstrap/")} == {
        "bootstrap/css/bootstrap.min.css",
        "bootstrap/css/bootstrap.min.css.map",
    }


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    names = re.findall(r'from "\./([^"]+)"', hashed(collected, "quizzes/js/attempt.js"))
    assert len(names) >= 4
    assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name) for name in names)
    assert all((collected / "quizzes/js" / name).exists() for name in names)


def test_what_every_page_loads_is_small_and_compressed(collected: Path, client: Client, db: None) -> None:
    page = client.get("/").content.decode()
    named = re.findall(r'<(?:link rel="stylesheet" href|script[^>]* src)="/static/([^"]+)"', page)
    assert [name for name in named if name.endswith(".css")] == [
        "bootstrap/css/bootstrap.min.css",  # in the order of the cascade
        *(f"quizzes/css/{sheet}.css" for sheet in ("tokens", "frame", "base", "question", "board")),
    ]
    assert len(named) <= 12
    assert sum(compressed_size(collected, name) for name in named) < 60_000
