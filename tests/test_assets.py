"""What collecting the assets makes of them."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from quizsite import serif, subsetting
from quizsite.assets import SerifFinder
from quizzes import clock
from tests import databases, factories

pytestmark = pytest.mark.slow

HEADERS = 450  # bytes of each reply
SHEETS = ("tokens", "base", "frame", "parts", "question", "board")


@pytest.fixture(scope="module")
def collected() -> Path:
    """The assets as an installation has them, collected once for all processes of the run."""
    folder, done = databases.shared() / "assets" / "static", databases.shared() / "assets" / "done"
    storages = {"staticfiles": {"BACKEND": "quizsite.assets.Assets"}}
    with databases.one_at_a_time(folder.parent), override_settings(STATIC_ROOT=folder, STORAGES=storages):
        if not done.exists():
            call_command("collectstatic", interactive=False, verbosity=0)
            done.touch()
    return folder


def address(folder: Path, name: str) -> str:
    return json.loads((folder / "staticfiles.json").read_text())["paths"][name]


def hashed(folder: Path, name: str) -> str:
    return (folder / address(folder, name)).read_text()


def sent_size(folder: Path, name: str) -> int:
    """Bytes that a browser is sent: compressed, where that is less."""
    path = folder / address(folder, name)
    smaller = path.with_name(f"{path.name}.br")
    return (smaller if smaller.exists() else path).stat().st_size


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    names = re.findall(r'from "\./([^"]+)"', hashed(collected, "quizzes/js/attempt.js"))
    assert len(names) >= 4
    assert all(re.fullmatch(r"(attempt/)?\w+\.[0-9a-f]{12}\.js", name) for name in names)
    assert all((collected / "quizzes/js" / name).exists() for name in names)


def named_in(page: str) -> list[str]:
    """The assets that a browser fetches at once."""
    return re.findall(
        r'<(?:link rel="(?:stylesheet|preload|modulepreload)" href|script[^>]* src)="/static/([^"]+)"', page
    )


def test_what_a_first_visit_loads_is_small_and_compressed(collected: Path, client: Client, db: None) -> None:
    page = client.get("/").content.decode()
    named = named_in(page)
    sheets = [name for name in named if name.startswith("quizzes/css/")]
    assert sheets == [f"quizzes/css/{sheet}.css" for sheet in SHEETS]
    assert len(named) <= 12
    assert sum(sent_size(collected, name) for name in named) + len(page) < 90_000


def test_the_first_view_of_an_attempt_is_small(collected: Path, client: Client, db: None) -> None:
    learner = factories.user()
    attempt = factories.attempt(learner, factories.quiz(10, layout="one"), now=clock.now())
    client.force_login(learner)
    page = client.get(f"/attempts/{attempt.pk}/questions/1/").content
    named = named_in(page.decode())
    assert "quizzes/js/attempt.js" in named
    headers = HEADERS * (len(named) + 2)
    assert sum(sent_size(collected, name) for name in named) + len(gzip.compress(page)) + headers < 90_000


@pytest.mark.parametrize(("font", "most"), [(serif.FONT, 31_000), (serif.FURTHER, 15_000)])
def test_the_serif_is_cut_small_and_its_license_comes_along(collected: Path, font: str, most: int) -> None:
    assert (collected / address(collected, f"serif/{font}")).read_bytes()[:4] == b"wOF2"
    assert sent_size(collected, f"serif/{font}") <= most
    assert "SIL Open Font License" in hashed(collected, "serif/OFL.txt")
    assert Path(address(collected, f"serif/{font}")).name in hashed(collected, "serif/serif.css")


def test_the_serif_is_cut_once_and_again_when_the_recipe_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts = iter([b"first", b"of the first", b"second", b"of the second"])
    monkeypatch.setattr(subsetting, "cut", lambda _source, _characters: next(cuts))
    serif.prepare(tmp_path)
    serif.prepare(tmp_path)
    assert (tmp_path / serif.FONT).read_bytes() == b"first"
    (tmp_path / serif.RECIPE).write_text("an older one")
    serif.prepare(tmp_path)
    assert (tmp_path / serif.FONT).read_bytes() == b"second"


def test_without_the_packages_pages_use_a_serif_of_the_system_and_a_check_says_so(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'as="font"' in client.get("/").content.decode()
    monkeypatch.setattr(serif, "PACKAGES", {"fontpkg-source-serif-4": "fontpkg_of_nobody"})
    serif.is_installed.cache_clear()
    try:
        page = client.get("/").content.decode()
        assert "serif/" not in page
        assert [message.id for message in SerifFinder().check()] == ["quizsite.W001"]
        assert list(SerifFinder().list(None)) == []
    finally:
        serif.is_installed.cache_clear()
