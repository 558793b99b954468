"""Marking by hand: the queue of answers that wait, and the marks of any answer one manages."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quizzes import clock, terms
from quizzes.errors import EditConflict, QuizError
from quizzes.forms.marking import MarkForm
from quizzes.models import Answer, Classroom
from quizzes.reports import cards, judged_cards
from quizzes.reports import marking_queue as queue
from quizzes.services import grading
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE

PAGE = 30


@require_GET
def marking_queue(request: LoggedInRequest) -> HttpResponse:
    user = request.user
    if not user.is_instructor and not Classroom.objects.taught_by(user).exists():
        raise Http404
    page = Paginator(queue.rows(user), PAGE).get_page(request.GET.get("page"))
    return render(request, "quizzes/marking/queue.html", {"page": page})


@READ_WRITE
def marking_answer(request: LoggedInRequest, pk: int) -> HttpResponse:
    answers = queue.manageable(request.user).select_related(
        "attempt__learner", "attempt__quiz", "attempt__assignment__classroom", "version__question", "marked_by"
    )
    answer = get_object_or_404(answers, pk=pk)
    form = MarkForm(answer, request.POST if request.method == "POST" else None)
    around = queue.neighbors(request.user, answer)
    if request.method == "POST" and form.is_valid() and mark(request, answer, form):
        is_last = not form.needs_reason and around.next is None
        messages.success(request, _("Marked. That was the last one.") if is_last else _("Marked."))
        if form.needs_reason:  # a change of marks, not the queue
            return redirect("quizzes:attempt_result", answer.attempt_id)
        return redirect("quizzes:marking_answer", around.next) if around.next else redirect("quizzes:marking_queue")
    return render(request, "quizzes/marking/answer.html", context_of(answer, form, around))


def mark(request: LoggedInRequest, answer: Answer, form: MarkForm) -> bool:
    """Return whether the marks were kept; a refusal joins the form's errors."""
    try:
        grading.override(
            answer,
            fraction=form.fraction,
            reason=form.words_of_reason,
            comment=form.cleaned_data["comment"],
            actor=request.user,
            now=clock.now(),
            seen=(form.seen_at,),
        )
    except EditConflict as conflict:
        answer.refresh_from_db()
        form.add_error(None, f"{conflict.message} {_('Your marks are still here; save again to replace theirs.')}")
        form.expect(answer.marked_at)
        return False
    except QuizError as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


def context_of(answer: Answer, form: MarkForm, around: queue.Neighbors) -> dict[str, object]:
    result_cards = judged_cards.result_cards(answer.attempt, terms.EVERYTHING, slots=[answer.slot])
    [card] = cards.with_cases(result_cards, at=answer.attempt.started_at)
    return {
        "answer": answer,
        "attempt": answer.attempt,
        "card": card,
        "form": form,
        "around": around,
        "history": answer.attempt.events.filter(slot=answer.slot, kind__in=["marked", "overridden"]).select_related(
            "actor"
        ),
    }
