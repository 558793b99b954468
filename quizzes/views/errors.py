"""Pages for what went wrong outside our own errors."""

import logging
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from quizzes import installation, limits, outages
from quizzes.errors import NotFound, Text
from quizzes.middleware import database_unavailable, plain_answer, wants_json

log = logging.getLogger(__name__)

ALLAUTH_PAUSE_SECONDS = 60  # every limit that ends here is by the minute (tests/views/test_limits.py)


def _page(
    request: HttpRequest, status: int, code: str, title: str, message: str, *, came_from: str = ""
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": code, "message": message}, status=status)
    context = {"title": title, "message": message, "code": code, "came_from": came_from}
    return render(request, "error.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """Return the page of this site from which the request was sent; empty where it is not known."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else ""


def bad_request(request: HttpRequest, exception: object = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        words = _("A form may have at most %(size)d kB.") % {"size": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1000}
        return _page(request, 413, "too_large", _("That's too much data"), words)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        words = _("A form may have at most %(count)d fields.") % {"count": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS}
        return _page(request, 400, "too_many_fields", _("That's too much data"), words)
    return _page(request, 400, "bad_request", _("Something was wrong with that request"), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: object = None) -> HttpResponse:
    return _page(
        request, 403, "forbidden", _("You don't have access to this page"), _("Your account isn't allowed to do this.")
    )


def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:
    missing = NotFound()
    return _page(request, 404, missing.code, str(missing.title), str(missing.message))


def too_many(request: HttpRequest) -> HttpResponse:
    raise limits.too_many(ALLAUTH_PAUSE_SECONDS)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    outage = outages.of(error)
    if error is not None and outage is not None:  # raised while the session or the person was read, before any view
        return database_unavailable(request, outage, error)
    if not installation.has_static_files():
        message = _("Quizsite isn't set up yet: its static files are missing. An administrator has to collect them.")
        return plain_answer(request, 503, "unavailable", _("Out of order"), message)
    message = _("Your saved answers are safe. Try again in a moment. If it keeps happening, tell your instructor.")
    return page_or_plain_answer(request, 500, "server_error", _("Something went wrong on our side"), message)


def page_or_plain_answer(request: HttpRequest, status: int, code: str, title: Text, message: Text) -> HttpResponse:
    """Show the usual page, or a plain one where what broke is needed for every page."""
    try:
        return _page(request, status, code, str(title), str(message))
    except Exception:
        log.exception("the page of an error could not be made either")
        return plain_answer(request, status, code, title, message)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("It was open for too long, or in two tabs. Your answers are kept.")
    return _page(request, 403, "csrf", _("Reload the page"), message, came_from=_came_from(request))
