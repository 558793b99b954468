"""What stands in a form on a page of the workshop."""

from __future__ import annotations

import html
import re
from typing import Any


def as_shown(page: str, name: str) -> dict[str, Any]:
    """Every field of a form (`name` is its id) with its value, as a browser would send it back."""
    form = page[page.index(f'id="{name}"') :]
    form = re.sub(r"<template.*?</template>", "", form[: form.index("</form>")], flags=re.S)
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if named.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if named.get("type") not in ("submit", None) and "name" in named:
            data[named["name"]] = html.unescape(named.get("value", "on" if named["type"] == "checkbox" else ""))
    for field, text in re.findall(r'<textarea[^>]*\sname="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, flags=re.S):
        data[field] = html.unescape(text)
    for field, body in re.findall(r'<select[^>]*\sname="([^"]+)".*?>(.*?)</select>', form, flags=re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', body)
        data[field] = chosen[0] if chosen else ""
    return data
