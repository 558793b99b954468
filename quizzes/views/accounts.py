"""One's own account: names, time zone, appearance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "quizzes/accounts/profile.html")
