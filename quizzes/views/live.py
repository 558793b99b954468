"""Parts of pages that follow what happens, on plain requests.

The script of a page (static/quizzes/js/board.js) asks every two seconds for the part that follows, a board that has just
changed after five, and names the version it has in If-None-Match. A view checks permission, as at every request, and leaves the answer to `respond`:

    return live.respond(request, "board", key=("board", classroom.pk), content=board, context=context)

A browser gets the whole page, boards/board.html; the script gets boards/_board_body.html, or 304 while it has that
already. Whether it has is told by a hash of the content, which is taken at most once in MAX_AGE however many watch.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import etag

from quizzes import shared_cache
from quizzes.views.requests import LoggedInRequest

# In seconds; less than a script waits (EVERY_MS in board.js), so that no page is answered with an older state.
MAX_AGE = 1
Content = TypeVar("Content")
Context = dict[str, object]
Key = tuple[object, ...]


def respond(
    request: LoggedInRequest,
    name: str,
    *,
    key: Key,
    content: Callable[[int], Content],
    context: Callable[[Content], Context],
) -> HttpResponse:
    """Answer with a page, with the part of it that follows, or with 304.

    `content` computes what the part shows, the same for all viewers and told apart by its repr; its argument is how many
    seconds old it may be. `key` names the content, and what else the part depends on. `context` is for the templates.
    """
    if request.headers.get("X-Requested-With") == "fetch":
        response = _part(request, name, key, content, context)
    else:
        current = content(0)
        version = {"board_version": tag(request, key, current), "board_url": request.get_full_path()}
        response = render(request, f"quizzes/boards/{name}.html", context(current) | version)
    patch_vary_headers(response, ["Cookie", "X-Requested-With"])
    return response


def tag(request: LoggedInRequest, key: Key, content: object) -> str:
    """Return the ETag of a part with this content, for this viewer; for pages that show the part as well."""
    return _tag(request, key, _hash(content))


def _part(
    request: LoggedInRequest,
    name: str,
    key: Key,
    content: Callable[[int], Content],
    context: Callable[[Content], Context],
) -> HttpResponse:
    current = functools.cache(lambda: content(MAX_AGE))
    shared = f"live:{_hash((*key, get_language()))}"
    digest = shared_cache.get_or_make(shared, lambda: _hash(current()), seconds=MAX_AGE)

    @etag(lambda _request: _tag(request, key, digest))
    def part(_request: LoggedInRequest) -> HttpResponse:
        response = render(request, f"quizzes/boards/_{name}_body.html", context(current()))
        response["ETag"] = tag(request, key, current())  # of what is sent, which may be newer than the shared hash
        return response

    return part(request)


def _tag(request: LoggedInRequest, key: Key, digest: str) -> str:
    reader = request.user.pk, get_language(), timezone.get_current_timezone_name()
    return f'"{_hash((*key, digest, *reader))}"'


def _hash(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:32]
