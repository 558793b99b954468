"""What the tests of the types share: cards rendered in each state, and the fields a page would post."""

import random
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string

from quizzes import question_types

PREFIX = "q3-"
KINDS = question_types.all_types()
EXAMPLES = [(kind, example) for kind in KINDS for example in kind.examples]


def laid_out(kind: Any, spec: Any, *, shuffle: bool = True, seed: int = 7) -> list[Any]:
    layout: list[Any] = kind.layout(spec, random.Random(seed), shuffle=shuffle)
    return layout


def rendered(kind: Any, spec: Any, layout: Any, response: Any, *, state: str = "ask", disabled: bool = False) -> str:
    card = (kind.reveal if state == "reveal" else kind.present)(spec, layout, response)
    about = {"prefix": PREFIX, "slot": 3, "stem_id": "stem-3", "disabled": disabled}
    context = {"card": card, "state": state, "is_own": True, "part": "all", "links": False, **about}
    return render_to_string(f"quizzes/question_types/{kind.key}.jinja", context)


class Controls(HTMLParser):
    """The named controls of a page: what it would post, what could be posted, and whether the markup holds together."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.offered: dict[str, list[str]] = {}
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.unnamed_style = False
        self._select = self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.unnamed_style |= "style" in given or any(name.startswith("on") for name in given)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        name = given.get("name") or ""
        if tag in ("input", "select", "textarea"):
            self.controls.append(given)
            self.offered.setdefault(name, [])
        if "disabled" in given:
            return
        if tag == "input":
            value = given.get("value") or ("on" if given.get("type") == "checkbox" else "")
            if given.get("type") in ("radio", "checkbox"):
                self.offered[name].append(value)
                if "checked" in given:
                    self.fields.setdefault(name, []).append(value)
            else:
                self.fields.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self.offered[self._select].append(given.get("value") or "")
            if "selected" in given or self._select not in self.fields:
                self.fields[self._select] = [given.get("value") or ""]
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.fields[self._area][0] = self.fields[self._area][0].removeprefix("\n")
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][0] += data


def bare(fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """The fields without the prefix of their question."""
    return {name.removeprefix(PREFIX): values for name, values in fields.items()}


def posted(kind: Any, spec: Any, layout: Any, response: Any) -> dict[str, list[str]]:
    """The fields that the asking page posts when it shows this response."""
    return bare(Controls(rendered(kind, spec, layout, response)).fields)
