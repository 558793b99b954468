"""Certificates: one's own to print or share, and for everyone a page that says whether a number holds."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.errors import NotFound
from quizzes.reports import certificates
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import own_attempt


@never_cache
@require_GET
def attempt_certificate(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    attempt = own_attempt(request.user, pk, now=now)
    certificate = certificates.of_attempt(attempt, now=now)
    if certificate is None:
        raise NotFound
    address = request.build_absolute_uri(reverse("quizzes:certificate", args=[certificate.number]))
    context = {"certificate": certificate, "address": address, "is_own": True}
    return render(request, "quizzes/certificates/certificate.jinja", context)


@never_cache
@require_GET
@login_not_required
def certificate_check(request: HttpRequest) -> HttpResponse:
    """Show a field for a number, and what is to be said of the one that was typed."""
    number = request.GET.get("number", "").strip()[: certificates.LONGEST]
    return _checked(request, number)


@never_cache
@require_GET
@login_not_required
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    return _checked(request, number)


def _checked(request: HttpRequest, number: str) -> HttpResponse:
    certificate = certificates.by_number(number, now=clock.now()) if number else None
    address = (
        request.build_absolute_uri(reverse("quizzes:certificate", args=[certificate.number])) if certificate else ""
    )
    context = {"certificate": certificate, "address": address, "number": number, "is_own": False}
    return render(request, "quizzes/certificates/check.jinja", context)
