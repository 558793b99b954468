"""The card of a question as students see it, for its author: an answer can be tried, nothing is kept."""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from quizzes import clock, marking
from quizzes.admin.question_part import QuestionPart
from quizzes.admin.scope import person
from quizzes.errors import BadAnswer
from quizzes.models import Answer, QuestionVersion
from quizzes.models.papers import PaperQuestion
from quizzes.question_types.base import Grade
from quizzes.question_types.faults import InvalidSpec
from quizzes.reports import cards
from quizzes.views.kept_previews import shows_answers

THOUSANDTH = Decimal("0.001")


class QuestionPreview(QuestionPart):
    """Mixed into the question's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/versions/<int:number>/preview/", view(self.preview_view), name="quizzes_question_preview"),
        ]
        return own + super().get_urls()

    def preview_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Show the card as a student sees it; an answer may be tried, nothing is kept."""
        question = self.looked_at(request, pk)
        version = question.versions.visible_to(person(request)).filter(number=number).first()
        if version is None:
            raise Http404
        version.question = question
        try:
            data = request.POST if request.method == "POST" else None
            context = trial(version, data, shows=shows_answers(request), now=clock.now())
        except InvalidSpec:
            messages.warning(request, _("It can be previewed when what is missing below is filled in."))
            return HttpResponseRedirect(reverse("admin:quizzes_question_change", args=[question.pk]))
        context |= {"title": _("Preview of version %(n)d") % {"n": number}, "question": question, "version": version}
        context["shows_answers"] = shows_answers(request)
        context["is_ours"] = self.has_change_permission(request, question)
        return self.page(request, "preview", context)


def trial(version: QuestionVersion, data: QueryDict | None, *, shows: bool, now: datetime) -> dict[str, object]:
    """Return cards of a version for its author: to ask and, where answers are shown, revealed with the answer that was tried."""
    kind, spec = version.kind, version.parsed
    layout = kind.layout(spec, random.Random(version.pk), shuffle=True)  # noqa: S311
    answer = Answer(slot=1, version=version, layout=layout)
    question = PaperQuestion(1, version, layout)
    grade: Grade | None = None
    fault = ""
    if data is not None:
        prefix = "q1-"
        fields = {name[len(prefix) :]: data.getlist(name) for name in data if name.startswith(prefix)}
        try:
            answer.response = kind.parse(spec, layout, fields)
            grade = kind.grade(spec, answer.response)
        except BadAnswer as error:
            fault = str(error.message)
    [ask] = cards.with_cases([cards.ask_card(answer, question)], at=now)
    asked = {"ask": ask, "fault": fault, "tried": data is not None and not fault}
    if not shows:
        return asked
    return asked | {
        "reveal": cards.Card(
            **{
                **ask.__dict__,
                "slot": 2,
                "state": cards.REVEAL,
                "card": kind.reveal(spec, layout, answer.response),
                "explanation": spec.explanation,
                "places": list(version.question.places.select_related("source")),
            }
        ),
        "grade": grade,
        "share": None
        if grade is None or grade.fraction is None
        else marking.shown(grade.fraction, THOUSANDTH, [Fraction(1)]),
    }
