"""What can be done to a question by a button: put a suggestion aside, archive, restore, retire, discard, copy."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes import clock
from quizzes.admin.confirming import confirmation, is_confirmed
from quizzes.admin.question_part import QuestionPart
from quizzes.admin.scope import owner_name, person
from quizzes.errors import QuizError
from quizzes.forms.posted import number_in
from quizzes.models import Question, Quiz
from quizzes.services import bank, copies, question_use, readiness

# Which quizzes are named, and the act confirmed, before it is done.
ASKING = {"archive": question_use.quizzes_asking, "retire": question_use.quizzes_following}


class QuestionActs(QuestionPart):
    """Mixed into the question's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/ignore/", view(require_POST(self.ignore_view)), name="quizzes_question_ignore"),
            path("<int:pk>/do/<slug:act>/", view(require_POST(self.act_view)), name="quizzes_question_act"),
            path("<int:pk>/copy/", view(require_POST(self.copy_view)), name="quizzes_question_copy"),
        ]
        return own + super().get_urls()

    def ignore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one suggestion aside for good; a reason may be given."""
        question = self.fetched(request, pk)
        rule = request.POST.get("rule", "")
        version = question.latest_version
        if version is None or rule not in {finding.rule for finding in readiness.suggestions(version)}:
            raise Http404
        bank.acknowledge(question, {rule: request.POST.get("reason", "")[:300]}, actor=person(request))
        messages.success(request, _("You won't be reminded of this again."))
        return redirect("admin:quizzes_question_change", question.pk)

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Archive, restore, take out of use, discard the draft; asks first where published quizzes have the question."""
        question = self.fetched(request, pk)
        acts = self.acts(question, request)
        if act not in acts:
            raise Http404
        do, done = acts[act]
        asking = list(ASKING[act](question)) if act in ASKING else []
        if asking and not is_confirmed(request):
            return self.asked_first(request, question, act, asking)
        try:
            do()
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
        else:
            self.log_change(request, question, done)
            messages.success(request, done)
        return redirect("admin:quizzes_question_change", question.pk)

    def acts(self, question: Question, request: HttpRequest) -> dict[str, tuple[Callable[[], object], str]]:
        """Return what can be done to a question, and what is said afterwards."""
        revision = number_in(request.POST.get("revision", ""), -1)
        who, now = person(request), clock.now()
        return {
            "archive": (lambda: bank.archive(question, actor=who, now=now), _("Archived.")),
            "restore": (lambda: bank.restore(question, actor=who), _("Restored.")),
            "retire": (
                lambda: bank.retire(question, actor=who, now=now),
                _("Not used any more. No new attempt will ask it."),
            ),
            "discard": (
                lambda: bank.discard_draft(question, actor=who, expected_revision=revision),
                _("Draft discarded."),
            ),
        }

    def asked_first(self, request: HttpRequest, question: Question, act: str, asking: list[Quiz]) -> HttpResponse:
        """Show the page that names the quizzes; nothing has changed yet."""
        titles = {"archive": _("Archive a question that quizzes ask"), "retire": _("Stop using what quizzes ask")}
        leads = {
            "archive": _("These published quizzes have it as a fixed question, and go on asking it:"),
            "retire": _("These published quizzes ask it, and will have one question fewer:"),
        }
        context = {
            "title": titles[act],
            "lead": leads[act],
            "names": [quiz_name(quiz) for quiz in asking],
            "button": {"archive": _("Archive it"), "retire": _("Stop using it")}[act],
            "back": reverse("admin:quizzes_question_change", args=[question.pk]),
        }
        return confirmation(self.admin_site, self.opts, request, context)

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a question of one's own that starts from what may be seen of this one."""
        question = self.looked_at(request, pk)
        try:
            copy = copies.of_question(question, actor=person(request), now=clock.now())
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect("admin:quizzes_question_changelist")
        self.log_addition(request, copy, _("Copied from another question."))
        messages.success(request, _("This is your copy, a draft that only you see."))
        return redirect("admin:quizzes_question_change", copy.pk)


def quiz_name(quiz: Quiz) -> str:
    """Return a quiz with its owner, for those who need not know it."""
    return _("“%(quiz)s”, of %(owner)s") % {"quiz": quiz, "owner": owner_name(quiz)}
