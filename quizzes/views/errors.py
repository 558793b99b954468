"""Pages for what went wrong outside our own errors."""

import logging
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from quizzes import installation, limits, outages
from quizzes.errors import Text
from quizzes.middleware import database_is_away, plain_answer, wants_json

log = logging.getLogger(__name__)

ALLAUTH_PAUSE_SECONDS = 60  # every limit that ends here is by the minute (tests/views/test_limits.py)


def _page(request: HttpRequest, status: int, code: str, title: str, message: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": code, "message": message}, status=status)
    return render(request, "error.html", {"title": title, "message": message}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        words = _("A form may have at most %(size)d kB.") % {"size": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1000}
        return _page(request, 413, "too_large", _("That is too much at once"), words)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        words = _("A form may have at most %(count)d fields.") % {"count": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS}
        return _page(request, 400, "too_many_fields", _("That is too much at once"), words)
    return _page(request, 400, "bad_request", _("That request does not make sense"), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403, "forbidden", _("Not for you"), _("Your account may not do this."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    message = _("There is no such page, or it is not yours to see.")
    return _page(request, 404, "not_found", _("Nothing here"), message)


def too_many(request: HttpRequest) -> HttpResponse:
    raise limits.too_many(ALLAUTH_PAUSE_SECONDS)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    outage = outages.of(error)
    if error is not None and outage is not None:  # raised while the session or the person was read, before any view
        return database_is_away(request, outage, error)
    if not installation.has_static_files():
        message = _("Quizsite is not set up: its static files are missing. An administrator has to collect them.")
        return plain_answer(request, 503, "unavailable", _("Out of order"), message)
    message = _(
        "Something broke on our side. Your saved answers are safe. Try again; if it stays, tell your instructor."
    )
    return page_or_plain_answer(request, 500, "server_error", _("Our mistake"), message)


def page_or_plain_answer(request: HttpRequest, status: int, code: str, title: Text, message: Text) -> HttpResponse:
    """The usual page, or a plain one where what broke is needed for every page."""
    try:
        return _page(request, status, code, str(title), str(message))
    except Exception:
        log.exception("the page of an error could not be made either")
        return plain_answer(request, status, code, title, message)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page was open for too long, or in two places. Reload it; your answers are kept.")
    return _page(request, 403, "csrf", _("Please reload the page"), message)
