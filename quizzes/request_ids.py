"""A short random name for each request: it stands in the log, in the reply and on every error page, so that one finds the other."""

from __future__ import annotations

import logging
import re
import secrets
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Request-ID"
NONE = "-"
FROM_A_PROXY = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
# It stays until the thread's next request: Django logs an error, and the server sends a reply, after the middleware is done.
_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def begin(request: HttpRequest) -> str:
    """Give the request its id, that of the proxy in front where there is one; return it."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXY else ""
    found = given if FROM_A_PROXY.fullmatch(given) else secrets.token_hex(5)
    _current.set(found)
    return found


def current() -> str:
    """Return the id of the request that this thread answers; "-" where it answers none."""
    return _current.get()


class Filter(logging.Filter):
    """Gives each line of the log the id of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current()
        return True
