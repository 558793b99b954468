"""Requests get an id, errors become a page or JSON, pages are not kept, and instants are read in the reader's zone."""

import logging
import zoneinfo
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext as _

from quizzes import outages, request_ids, shared_cache
from quizzes.errors import QuizError, Text, TooLarge
from quizzes.limits import Uncounted
from quizzes.outages import Outage

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]
RETRY_AFTER_SECONDS = 5


def wants_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" or request.headers.get("Accept", "").startswith(
        "application/json"
    )


class RequestIds:
    """Give each request an id, and say it in the reply."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request_ids.begin(request)
        response = self.get_response(request)
        response[request_ids.HEADER] = request_id
        return response


class NeverCacheWithSession:
    """No cache keeps what a user with a session sees; without one, a page shows nothing personal."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "no-store" not in response.get("Cache-Control", ""):
            add_never_cache_headers(response)
        return response


class ErrorPages:
    """The only place where an error turns into an answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        size = int(request.META.get("CONTENT_LENGTH") or 0)  # as the server has counted, chunks too
        if size > settings.MAX_REQUEST and (words := too_large(request, size)):  # the server keeps it in a file, unread
            return self.refused(request, TooLarge(words))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, QuizError):
            return self.refused(request, error)
        if isinstance(error, shared_cache.Away):
            log.error("the cache cannot be reached, so tries cannot be counted: %s", error)
            return self.refused(request, Uncounted())
        outage = outages.of(error)
        return None if outage is None else database_unavailable(request, outage, error)

    def refused(self, request: HttpRequest, error: QuizError) -> HttpResponse:
        if wants_json(request):
            body: dict[str, object] = {"error": error.code, "message": str(error.message), **error.details}
            if error.where:
                body["where"] = error.where
            response: HttpResponse = JsonResponse(body, status=error.status)
        else:
            context = {"title": error.title, "message": error.message, "code": error.code}
            response = render(request, "error.html", context, status=error.status)
        if seconds := error.details.get("retry_after"):
            response["Retry-After"] = str(seconds)
        return response


def too_large(request: HttpRequest, size: int) -> str:
    """Return why a request of more than the usual size is not taken; nothing for an import of questions."""
    if request.path != reverse("admin:quizzes_question_import"):
        return _("A request may have at most %(size)d MB.") % {"size": settings.MAX_REQUEST // 1_000_000}
    return _("A file may have at most %(size)d MB.") % {"size": 25} if size > settings.MAX_IMPORT else ""


def database_unavailable(request: HttpRequest, outage: Outage, error: BaseException) -> HttpResponse:
    """Return 503 with Retry-After, in words that need no database; for errors in views here, for others in `server_error`."""
    log.error("%s: %s", "the database cannot be reached" if outage.passes else "the database is out of order", error)
    response = plain_answer(request, 503, "unavailable", outage.title, outage.message)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def plain_answer(request: HttpRequest, status: int, code: str, title: Text, message: Text) -> HttpResponse:
    """Return JSON, or a page that needs neither session nor user nor static files, because there may be none to read."""
    if wants_json(request):
        return JsonResponse({"error": code, "message": str(message)}, status=status)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>Quizsite</title><h1>{}</h1><p>{}</p><p><small>{}</small></p>"
    )
    words = _("Request %(id)s") % {"id": request_ids.current()}
    return HttpResponse(format_html(page, title, message, words), status=status)


class LoginRequired(LoginRequiredMiddleware):
    """Deny by default; a script is told by JSON that its session has ended, a person is sent to log in."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if wants_json(request):
            message = _("You have been logged out. Log in again; your answers are kept on this page.")
            return JsonResponse({"error": "logged_out", "message": message}, status=401)
        return super().handle_no_permission(request, view_func)


class PasswordMustChange:
    """Who logged in with a password that someone else has given sees nothing before they have chosen their own.

    Pages and scripts alike, the admin too; only the page to choose it, the log-out, help and privacy are open.
    """

    OPEN = frozenset(
        ("quizzes:password_choose", "account_logout", "quizzes:healthz", "quizzes:help", "quizzes:privacy")
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:  # nobody: do not ask the session
            return None
        match = request.resolver_match
        if (match is not None and match.view_name in self.OPEN) or not getattr(
            request.user, "must_change_password", False
        ):
            return None
        if wants_json(request):
            message = _("Choose your own password first: reload this page.")
            return JsonResponse({"error": "password_must_change", "message": message}, status=403)
        back = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('quizzes:password_choose')}{'?' if back else ''}{back}")


class ReaderTimeZone:
    """Activate the zone in which the reader reads: their own, else the browser's (a cookie), else the site's."""

    COOKIE = "time_zone"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        name = getattr(user, "time_zone", "") or request.COOKIES.get(self.COOKIE, "")[:64]
        if name not in ("", settings.TIME_ZONE):  # what holds anyway
            self._activate(name)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()  # a page of a class may have chosen its zone

    def _activate(self, name: str) -> None:
        try:
            timezone.activate(zoneinfo.ZoneInfo(name))
        except (KeyError, ValueError, OSError):  # a made-up zone, or a path
            timezone.deactivate()
