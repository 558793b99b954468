"""Practice that one puts together: choosing, with how many questions match, and starting."""

from __future__ import annotations

from dataclasses import asdict, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock
from quizzes.entitlements import Wish
from quizzes.errors import NotOpen
from quizzes.forms.practice import PracticeForm
from quizzes.reports import practice as report
from quizzes.services import attempts
from quizzes.views.requests import LoggedInRequest, device_of


@never_cache
@require_GET
def practice(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    form = PracticeForm(request.GET, person=request.user)
    context = {"form": form, "choice": report.choice(request.user, form.wish, now=now)}
    return render(request, "quizzes/practice/choose.jinja", context)


@require_POST
def practice_start(request: LoggedInRequest) -> HttpResponse:
    """Start, after asking where practice runs already; the button for those without scripts only counts again."""
    wish = PracticeForm(request.POST, person=request.user).wish
    if "count" in request.POST:
        return redirect(_chosen(wish))
    if "confirmed" not in request.POST and (running := report.running(request.user)) and running.answered:
        return redirect(f"{reverse('quizzes:practice_running')}?{urlencode(_given(wish))}")
    try:
        attempt = attempts.start_practice(request.user, wish, now=clock.now(), device=device_of(request))
    except NotOpen as refusal:
        messages.info(request, str(refusal))
        return redirect(_chosen(replace(wish, attempt=None)))
    return redirect("quizzes:attempt", pk=attempt.pk)


@never_cache
@require_GET
def practice_running(request: LoggedInRequest) -> HttpResponse:
    """Ask whether what runs is to be handed in; a page of its own, so that one can go back to it."""
    wish = PracticeForm(request.GET, person=request.user).wish
    running = report.running(request.user)
    if running is None:
        return redirect(_chosen(wish))
    context = {"running": running, "given": _given(wish)}
    return render(request, "quizzes/practice/running.jinja", context)


def _chosen(wish: Wish) -> str:
    """Return the page on which this is chosen."""
    return f"{reverse('quizzes:practice')}?{urlencode(_given(wish))}"


def _given(wish: Wish) -> dict[str, object]:
    """Return the wish as the fields of a form."""
    return {name: value for name, value in asdict(wish).items() if value}
