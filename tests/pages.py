"""How tests open a page, and what holds for every one: nothing inline, and a policy that would refuse it."""

import re
from typing import Any

from django.test import Client

from quizzes.models import User

INLINE = {
    "a script without an address": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    "a style element": r"<style",
    "a style attribute": r"<[^>]+\sstyle=",
    "an event attribute": r"<[^>]+\son[a-z]+=",
    "a script address": r"href=[\"']javascript:",
}

CONFIRMED = {"confirmed": "yes"}  # what handing in says after it asked about unanswered questions


def nothing_inline(response: Any) -> list[str]:
    """What the policy would refuse on this page, in words."""
    text = response.content.decode()
    return [what for what, pattern in INLINE.items() if re.search(pattern, text, re.IGNORECASE)]


def policy(response: Any) -> dict[str, str]:
    """The Content-Security-Policy of an answer, by directive."""
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts}


def browser(user: User) -> Client:
    """A browser in which the person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def without_tokens(response: Any) -> str:
    """The page without the tokens of its forms: any short name stands in one of them some day."""
    return re.sub(r'(?<=name="csrfmiddlewaretoken" value=")\w+', "", response.content.decode())


def read(response: Any) -> str:
    """The page, its white space collapsed."""
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())
