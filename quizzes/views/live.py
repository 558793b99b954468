"""Pages that follow what happens, on plain requests: what is asked 100 times a second is answered before anything is read.

The script of a page (static/quizzes/js/board.js) asks every two seconds and names the version it has, in If-None-Match.
`live` makes a view of a function that gives (name, context), and of another that gives the version:

    @live(version_of_board)
    def classroom_board(request, pk): return "board", {"board": …}

The tag of an answer is a keyed hash over address, version, and what the reader's browser sends of session, language and
zone: only who was given it, after every check of the view, can name it. So while the version holds, "not modified" needs
neither session nor person nor permission (middleware.Unchanged asks `unchanged` of the view before all else). It says
nothing but that nothing has changed; whoever is no longer a member is refused as soon as anything has.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags
from django.views.decorators.http import require_GET

from quizzes.views.requests import LoggedInRequest

KEPT_SECONDS = 0.2  # a version is shared by all who ask within it
KEPT_MOST = 1000
Context = dict[str, Any]
_kept: dict[tuple[str, str], tuple[float, str]] = {}


class VersionOf(Protocol):
    def __call__(self, request: HttpRequest, pk: int) -> str: ...


class Shown(Protocol):
    def __call__(self, request: LoggedInRequest, pk: int) -> tuple[str, Context]: ...


class View(Protocol):
    unchanged: Callable[..., HttpResponse | None]

    def __call__(self, request: LoggedInRequest, pk: int) -> HttpResponse: ...


def live(version_of: VersionOf) -> Callable[[Shown], View]:
    """Make a view that answers a script with the part that changed, and a browser with the whole page."""

    def decorate(shown: Shown) -> View:
        @require_GET
        @wraps(shown)
        def view(request: LoggedInRequest, pk: int) -> HttpResponse:
            tag = _tag(
                request, _version(version_of, request, pk)
            )  # before the content, which may be newer, never older
            name, context = shown(request, pk)
            if _is_script(request):
                response = render(request, f"quizzes/boards/_{name}_body.html", context)
                response["ETag"] = tag
            else:
                more = {"board_version": tag, "board_url": request.get_full_path()}
                response = render(request, f"quizzes/boards/{name}.html", context | more)
            return _not_kept(response)

        def unchanged(request: HttpRequest, pk: int) -> HttpResponse | None:
            """304 if the tag that the script names is still the one it would be given; else None."""
            if (
                request.method != "GET"
                or not _is_script(request)
                or settings.SESSION_COOKIE_NAME not in request.COOKIES
            ):
                return None
            tag = _tag(request, _version(version_of, request, pk))
            named = {name.removeprefix("W/") for name in parse_etags(request.headers.get("If-None-Match", ""))}
            if tag not in named:
                return None
            response = HttpResponseNotModified()
            response["ETag"] = tag
            return _not_kept(response)

        view.unchanged = unchanged  # type: ignore[attr-defined]
        return view  # type: ignore[return-value]

    return decorate


def forget_versions() -> None:
    """Ask the database again at once."""
    _kept.clear()


def _version(version_of: VersionOf, request: HttpRequest, pk: int) -> str:
    """The version of an address, worked out at most once in KEPT_SECONDS, however many watch."""
    key, now = (request.path, request.META.get("QUERY_STRING", "")), time.monotonic()
    until, version = _kept.get(key, (0.0, ""))
    if now < until:
        return version
    version = version_of(request, pk)
    if len(_kept) >= KEPT_MOST:
        _kept.clear()
    _kept[key] = now + KEPT_SECONDS, version
    return version


def tag_at(address: str, version: str, request: HttpRequest) -> str:
    """The tag that the address would answer this reader with: for another page that shows the same part."""
    return _tag(request, version, address)


def _tag(request: HttpRequest, version: str, address: str = "") -> str:
    names = (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "time_zone")
    reader = (*(request.COOKIES.get(name, "") for name in names), request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    text = repr((address or request.get_full_path(), version, *reader))
    return f'"{salted_hmac("quizzes.views.live", text, algorithm="sha256").hexdigest()[:32]}"'


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _not_kept(response: HttpResponse) -> HttpResponse:
    """By no cache on the way, and by the browser only to ask anew."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "X-Requested-With"])
    return response
