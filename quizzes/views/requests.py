"""Types of requests, for signatures, and what many views say about their answers."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from quizzes.models import User

P = ParamSpec("P")
Request = TypeVar("Request", bound=HttpRequest)
Response = TypeVar("Response", bound=HttpResponseBase)
NOT_KEPT = {"Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private", "Expires": "0"}


class LoggedInRequest(HttpRequest):
    """A request past the log-in: every view gets one unless it says otherwise."""

    user: User


def device_of(request: LoggedInRequest) -> str:
    """A short name for this device: a hash of its session, which says nothing else."""
    key = request.session.session_key or ""
    return hashlib.blake2s(key.encode(), digest_size=6).hexdigest()


def never_cache(
    view: Callable[Concatenate[Request, P], Response],
) -> Callable[Concatenate[Request, P], Response]:
    """What Django's decorator of this name says, without composing it anew for every answer."""

    @wraps(view)
    def not_kept(request: Request, *args: P.args, **kwargs: P.kwargs) -> Response:
        response = view(request, *args, **kwargs)
        for name, value in NOT_KEPT.items():
            response[name] = value
        return response

    return not_kept
