"""The documents: what they link to is there, and every setting stands in the list for operators."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md"), *ROOT.glob("tests/**/*.md")]


def test_every_link_to_a_file_leads_somewhere() -> None:
    links = [
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
        if "://" not in target
    ]
    assert links
    dead = [f"{document.name}: {target}" for document, target in links if not (document.parent / target).exists()]
    assert dead == []


def test_the_readme_leads_to_every_document() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT) for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")]]
    assert [str(page) for page in pages if f"({page})" not in readme] == []


def test_operators_find_every_setting() -> None:
    settings = (ROOT / "quizsite/settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r"""env\.\w+\(\s*["']([A-Z_]+)["']""", settings))
    assert "SITE_URL" in names
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in operations} == set()
