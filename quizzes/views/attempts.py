"""Taking an attempt, page by page; every page works as a plain form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes import clock, entitlements
from quizzes.errors import BadAnswer, StaleAnswer
from quizzes.models import Answer, Attempt, AttemptEvent, Quiz, User
from quizzes.reports import attempts as report
from quizzes.services import attempts, saving
from quizzes.views.deadlines import act_on
from quizzes.views.requests import LoggedInRequest, device_of


def own_attempt(request: LoggedInRequest, pk: int, *, now: datetime) -> Attempt:
    """The reader's attempt with quiz and assignment, closed if its time is over."""
    attempt = report.own(request.user, pk)
    attempts.close_if_overdue(attempt, now=now)
    return attempt


def where_it_stands(attempt: Attempt) -> str:
    """The page on which an attempt goes on."""
    if not attempt.is_in_progress:
        return reverse("quizzes:attempt_result", args=[attempt.pk])
    if attempt.quiz.layout == Quiz.Layout.ALL and not attempt.reached_slot:
        return reverse("quizzes:attempt_all", args=[attempt.pk])
    return reverse("quizzes:attempt_question", args=[attempt.pk, attempt.reached_slot or 1])


@never_cache
@require_GET
def attempt(request: LoggedInRequest, pk: int) -> HttpResponse:
    return redirect(where_it_stands(own_attempt(request, pk, now=clock.now())))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt_question(request: LoggedInRequest, pk: int, slot: int) -> HttpResponse:
    now = clock.now()
    mine = own_attempt(request, pk, now=now)
    if not mine.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    asked = saving.layout_of(pk, request.user.pk)
    if slot not in asked:
        raise Http404
    if mine.reached_slot not in (0, slot):
        return redirect(where_it_stands(mine))
    if request.method == "POST":
        conflicts = save_form(request, mine, [slot], now=now)
        if not conflicts:
            return redirect(_next_page(request, mine, slot, last=max(asked), now=now))
    else:
        conflicts = {}
    answers = report.ANSWERS(attempt=mine)
    here = next(answer for answer in answers if answer.slot == slot)
    context = {
        **page_context(mine, answers, slot, now=now),
        "card": _cards(mine, [here], request.user, now=now)[0],
        "slot": slot,
        "previous": slot - 1 if slot > 1 and not mine.reached_slot else None,
        "next": slot + 1 if slot < len(answers) else None,
        "conflict": conflicts.get(slot),
    }
    return render(request, "quizzes/attempts/question.jinja", context, status=409 if conflicts else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt_all(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    mine = own_attempt(request, pk, now=now)
    if not mine.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    if mine.reached_slot:
        return redirect(where_it_stands(mine))
    conflicts: dict[int, Conflict] = {}
    if request.method == "POST":
        conflicts = save_form(request, mine, saving.layout_of(pk, request.user.pk), now=now)
        if not conflicts:
            return redirect(_next_page(request, mine, 0, last=0, now=now))
    answers = report.ANSWERS(attempt=mine)
    context = {
        **page_context(mine, answers, 0, now=now),
        "cards": [(card, conflicts.get(card.slot)) for card in _cards(mine, answers, request.user, now=now)],
    }
    return render(request, "quizzes/attempts/all.jinja", context, status=409 if conflicts else 200)


def _cards(mine: Attempt, answers: list[Answer], learner: User, *, now: datetime) -> list[report.Card]:
    """Cards to answer; in practice those of checked answers say what was right."""
    asked = saving.layout_of(mine.pk, learner.pk)
    cards: dict[int, report.Card] = {}
    if checked := [answer for answer in answers if answer.is_checked]:
        revealed = entitlements.revealed(mine, learner, now=now, answer=checked[0])
        done = report.result_cards(mine, revealed, slots=[answer.slot for answer in checked])
        cards = {card.slot: card for card in done}
    return [cards.get(answer.slot) or report.ask_card(answer, *asked[answer.slot]) for answer in answers]


def page_context(mine: Attempt, answers: list[Answer], here: int, *, now: datetime) -> dict[str, Any]:
    """What every page of a running attempt shows around the questions."""
    return {
        "attempt": mine,
        "quiz": mine.quiz,
        "overview": report.overview(mine, answers, here=here),
        "seconds_left": mine.seconds_left(now),
        "is_practice": mine.preset == "practice",
        "has_marks": mine.preset != "survey",
        "may_switch": not mine.reached_slot,
    }


@dataclass(frozen=True)
class Conflict:
    """Why an answer of a plain form was not saved, and what had been entered."""

    message: str
    typed: str


def save_form(request: LoggedInRequest, mine: Attempt, slots: Iterable[int], *, now: datetime) -> dict[int, Conflict]:
    """Save the answers of a plain form that differ from what is stored; returns those that were refused."""
    refused: dict[int, Conflict] = {}
    for answer in mine.answers.filter(slot__in=list(slots)):
        if f"q{answer.slot}-revision" in request.POST and not answer.is_checked:
            fields = form_fields(request.POST, answer.slot)
            try:
                _save_one(request, answer, fields, now=now)
            except (BadAnswer, StaleAnswer) as error:
                refused[answer.slot] = Conflict(str(error.message), _typed(request, answer, fields))
    return refused


def _save_one(request: LoggedInRequest, answer: Answer, fields: Mapping[str, list[str]], *, now: datetime) -> None:
    version, layout = saving.layout_of(answer.attempt_id, request.user.pk)[answer.slot]
    response = version.kind.parse(version.parsed, layout, fields)
    if response != answer.response:
        revision = _revision(request.POST.get(f"q{answer.slot}-revision", "")) + 1
        saving.save_response(
            answer.attempt_id,
            request.user,
            slot=answer.slot,
            response=response,
            revision=revision,
            now=now,
            device=device_of(request),
        )


def _typed(request: LoggedInRequest, answer: Answer, fields: Mapping[str, list[str]]) -> str:
    """What was entered, in words where it can be read, else as it was typed."""
    version, layout = saving.layout_of(answer.attempt_id, request.user.pk)[answer.slot]
    try:
        response = version.kind.parse(version.parsed, layout, fields)
    except BadAnswer:
        return ", ".join(value for values in fields.values() for value in values)[:500]
    return version.kind.response_words(version.parsed, response)


def _revision(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def form_fields(post: Any, slot: int) -> Mapping[str, list[str]]:
    """The fields of one question out of a form that may hold many.

    Each with all its values: a question with one answer refuses a second one. Of `go` and of a revision the last counts.
    """
    prefix = f"q{slot}-"
    return {
        name.removeprefix(prefix): post.getlist(name)
        for name in post
        if name.startswith(prefix) and name != f"{prefix}revision"
    }


def _next_page(request: LoggedInRequest, mine: Attempt, slot: int, *, last: int, now: datetime) -> str:
    """Where the pressed button leads; flags and practice checks are done on the way."""
    go = request.POST.get("go", "stay")
    verb, _colon, argument = go.partition(":")
    target = int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 6 else slot
    here = (
        reverse("quizzes:attempt_question", args=[mine.pk, slot])
        if slot
        else reverse("quizzes:attempt_all", args=[mine.pk])
    )
    if verb in ("flag", "unflag"):
        attempts.flag(mine.pk, request.user, slot=target, is_flagged=verb == "flag", now=now)
    elif verb == "check":
        attempts.check(mine.pk, request.user, slot=target, now=now)
    elif verb == "again":
        attempts.try_again(mine.pk, request.user, slot=target, now=now)
    elif verb == "summary":
        return reverse("quizzes:attempt_summary", args=[mine.pk])
    elif verb == "all" and not mine.reached_slot:
        return reverse("quizzes:attempt_all", args=[mine.pk])
    elif verb == "next" and mine.reached_slot:
        reached = attempts.advance(mine.pk, request.user, from_slot=slot, now=now)
        if slot == last:
            return reverse("quizzes:attempt_summary", args=[mine.pk])
        return reverse("quizzes:attempt_question", args=[mine.pk, reached])
    elif verb in ("next", "back", "to") and slot:
        target = {"next": slot + 1, "back": slot - 1, "to": target}[verb]
        if target > last:
            return reverse("quizzes:attempt_summary", args=[mine.pk])
        return reverse("quizzes:attempt_question", args=[mine.pk, max(1, target)])
    elif verb == "to":
        return reverse("quizzes:attempt_question", args=[mine.pk, max(1, target)])
    return f"{here}#question-{target}" if target and not slot else here


@never_cache
@require_GET
def attempt_summary(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    mine = own_attempt(request, pk, now=now)
    if not mine.is_in_progress:
        return redirect("quizzes:attempt_result", pk=pk)
    answers = report.ANSWERS(attempt=mine)
    return render(request, "quizzes/attempts/summary.jinja", page_context(mine, answers, 0, now=now))


@require_POST
def attempt_submit(request: LoggedInRequest, pk: int) -> HttpResponse:
    attempts.submit(report.own(request.user, pk), now=clock.now())
    return redirect("quizzes:attempt_result", pk=pk)


@never_cache
@require_GET
def attempt_result(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    found = report.own_if_any(request.user, pk)
    is_own = found is not None
    if found is None:
        readable = Attempt.objects.readable_by(request.user)
        found = get_object_or_404(readable.select_related("quiz", "assignment__classroom", "learner"), pk=pk)
        found = found.with_quiz(found.quiz)
    attempts.close_if_overdue(found, now=now)
    if is_own and found.is_in_progress:
        return redirect(where_it_stands(found))
    revealed = entitlements.revealed(found, request.user, now=now)
    may_manage = not is_own and manages(request.user, found)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "is_own": is_own,
        "revealed": revealed,
        "reveal_at": None if revealed.anything else entitlements.reveal_at(found),
        "preset": found.preset,
        "result": report.result(found, revealed),
        "cards": report.result_cards(found, revealed),
        "may_manage": may_manage,
        "act": act_on(found) if may_manage else None,
    }
    return render(request, "quizzes/attempts/result.jinja", context)


def manages(user: User, attempt: Attempt) -> bool:
    """Whether the person may change marks and deadlines of the attempt (1 query)."""
    return Attempt.objects.managed_by(user).filter(pk=attempt.pk).exists()


@require_GET
def attempt_list(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    attempts.close_overdue(now=now, among=report.OVERDUE(learner=request.user, now=now))
    page = report.history(request.user, request.GET.get("page"))
    rows = entitlements.revealed_each(list(page.object_list), request.user, now=now)
    return render(request, "quizzes/attempts/list.jinja", {"rows": rows, "page": page})


def _readable(request: LoggedInRequest, pk: int) -> Attempt:
    """An attempt that the reader may look at, their own or one of their class, closed if its time is over."""
    readable = Attempt.objects.readable_by(request.user).select_related("quiz", "learner", "assignment__classroom")
    found: Attempt = get_object_or_404(readable, pk=pk)
    attempts.close_if_overdue(found, now=clock.now())
    return found


@never_cache
@require_GET
def attempt_timeline(request: LoggedInRequest, pk: int) -> HttpResponse:
    found = _readable(request, pk)
    events = found.events.select_related("actor").order_by("at", "pk")
    is_own = found.learner_id == request.user.pk
    context = {
        "attempt": found,
        "events": events,
        "is_own": is_own,
        "act": act_on(found) if not is_own and manages(request.user, found) else None,
    }
    return render(request, "quizzes/attempts/timeline.jinja", context)


@never_cache
@require_GET
def attempt_deadline(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Why the deadline is what it is, by the function that computed it."""
    found = _readable(request, pk)
    rows = found.answers.select_related("version__question")
    limit = entitlements.limit_of(found.quiz, [entitlements.seconds_and_bloom(row.version) for row in rows])
    agreed = entitlements.terms_for(found.learner, found.quiz, found.assignment, limit=limit)
    is_own = found.learner_id == request.user.pk
    context = {
        "attempt": found,
        "terms": agreed,
        "changes": found.events.filter(kind__in=AttemptEvent.MOVES_END).select_related("actor").order_by("at", "pk"),
        "is_own": is_own,
        "act": act_on(found) if not is_own and manages(request.user, found) else None,
    }
    return render(request, "quizzes/attempts/deadline.jinja", context)
