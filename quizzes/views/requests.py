"""The type of requests, for signatures, and what many views ask of one."""

import hashlib

from django.http import HttpRequest

from quizzes.models import User


class LoggedInRequest(HttpRequest):
    """A request past the log-in: every view gets one unless it says otherwise."""

    user: User


def device_of(request: LoggedInRequest) -> str:
    """A short name for this device: a hash of its session, which says nothing else."""
    key = request.session.session_key or ""
    return hashlib.blake2s(key.encode(), digest_size=6).hexdigest()
