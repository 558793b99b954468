"""Types of requests, for signatures."""

from django.http import HttpRequest

from quizzes.models import User


class LoggedInRequest(HttpRequest):
    """A request past the log-in: every view gets one unless it says otherwise."""

    user: User
