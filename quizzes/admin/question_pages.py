"""Pages of one question: choose a type, write, preview as a student, publish, versions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes import clock, marking, question_types
from quizzes.admin.confirming import confirmation, is_confirmed
from quizzes.admin.scope import owner_name, person
from quizzes.errors import BadAnswer, EditConflict, NotPublishable, QuizError
from quizzes.forms.bank import QuestionForm
from quizzes.forms.posted import number_in
from quizzes.lint import Finding
from quizzes.models import Answer, Question, QuestionVersion, Quiz
from quizzes.models.papers import PaperQuestion
from quizzes.question_types.base import Grade, InvalidSpec
from quizzes.reports import cards
from quizzes.services import bank, copies
from quizzes.views.kept_previews import shows_answers

THOUSANDTH = Decimal("0.001")


class QuestionPages:
    """Mixed into the question's ModelAdmin."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/versions/<int:number>/preview/", view(self.preview_view), name="quizzes_question_preview"),
            path("<int:pk>/publish/", view(self.publish_view), name="quizzes_question_publish"),
            path("<int:pk>/ignore/", view(require_POST(self.ignore_view)), name="quizzes_question_ignore"),
            path("<int:pk>/do/<slug:act>/", view(require_POST(self.act_view)), name="quizzes_question_act"),
            path("<int:pk>/copy/", view(require_POST(self.copy_view)), name="quizzes_question_copy"),
        ]
        return own + super().get_urls()  # type: ignore[misc]

    def looked_at(self, request: HttpRequest, pk: Any) -> Question:
        """The question, if the person may see it."""
        question: Question | None = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if question is None:
            raise Http404
        return question

    def fetched(self, request: HttpRequest, pk: Any) -> Question:
        """The question, if the person may change it; refused where they may only see it."""
        question = self.looked_at(request, pk)
        if not self.has_change_permission(request, question):  # type: ignore[attr-defined]
            raise PermissionDenied
        return question

    def page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/quizzes/question/{name}.html", {**base, **context})

    # Writing -----------------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First the type, then the form made for it."""
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        try:
            kind = question_types.get(request.GET.get("type", ""))
        except KeyError:
            return self.page(request, "choose_type", {"title": _("New question"), "types": question_types.all_types()})
        data = request.POST if request.method == "POST" else None
        form = QuestionForm(kind, data, user=person(request), start=kept(request.GET))
        if request.method == "POST" and not form.is_asking_for_rows and form.can_be_kept():
            version = bank.create_question(
                kind.key,
                form.spec(),
                form.described(),
                actor=person(request),
                now=clock.now(),
            )
            self.log_addition(request, version.question, _("Draft of version 1 written."))  # type: ignore[attr-defined]
            return self.after_saving(request, version)
        title = _("New question: %(type)s") % {"type": kind.name}
        context = {"title": title, "form": form, "kind": kind, "is_refused": request.method == "POST"}
        return self.page(request, "form", context | {"asks_for_sources": bank.asks_for_sources(person(request))})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        question = self.looked_at(request, object_id)
        if request.method != "POST" and not self.has_change_permission(request, question):  # type: ignore[attr-defined]
            return self.only_looked_at(request, question)
        question = self.fetched(request, object_id)
        version = question.latest_version
        if version is None:
            raise Http404
        data = request.POST if request.method == "POST" else None
        form = QuestionForm(question.kind, data, version=version, user=person(request))
        if request.method == "POST" and not form.is_asking_for_rows and form.can_be_kept():
            saved = self.save_draft(request, question, form)
            if saved is not None:
                return self.after_saving(request, saved)
        context = {
            "title": _("Question: %(type)s") % {"type": question.kind.name},
            "form": form,
            "kind": question.kind,
            "question": question,
            "version": version,
            "counts": bank.attempts_by_version(question),
            "may_delete": bank.has_only_been_drafted(question),
            "original": question,
            "is_refused": request.method == "POST",
            "asks_for_sources": bank.asks_for_sources(question.owner) or question.places.exists(),
            **self.found(request, version),
        }
        return self.page(request, "form", context)

    def found(self, request: HttpRequest, version: QuestionVersion) -> dict[str, Any]:
        """What the linter says of the version that is stored: what must be mended, and what could be better."""
        found = bank.findings(version) if request.method == "GET" else []
        return {
            "blocking": [one for one in found if bank.is_blocking(one) and version.is_draft],
            "suggestions": by_rule(one for one in found if not bank.is_blocking(one)),
        }

    def only_looked_at(self, request: HttpRequest, question: Question) -> HttpResponse:
        """To the card, for those who may not change it."""
        shown = question.versions.visible_to(person(request)).order_by("-number").first()
        if shown is None:
            raise Http404
        return redirect("admin:quizzes_question_preview", question.pk, shown.number)

    def save_draft(self, request: HttpRequest, question: Question, form: QuestionForm) -> QuestionVersion | None:
        """The saved version, or None when someone was faster; the text then stays in the form."""
        try:
            saved = bank.save_draft(
                question,
                form.spec(),
                identity=form.described(),
                actor=person(request),
                now=clock.now(),
                expected_revision=form.revision,
            )
        except EditConflict as conflict:
            advice = _("Your text is kept below. Save again to replace theirs, or reload this page to see it.")
            form.refuse(f"{conflict.message} {advice}")
            form.expect(conflict.revision)
            return None
        self.log_change(request, question, _("Version %(n)d edited.") % {"n": saved.number})  # type: ignore[attr-defined]
        return saved

    def after_saving(self, request: HttpRequest, version: QuestionVersion) -> HttpResponse:
        """Go where the pressed button leads."""
        question = version.question
        here = reverse("admin:quizzes_question_change", args=[question.pk])
        preview = reverse("admin:quizzes_question_preview", args=[question.pk, version.number])
        if "_publish" in request.POST and version.is_draft:
            if bank.faults(version):
                messages.warning(request, _("Draft saved, but not published: see below what is missing."))
                return redirect(here)
            if bank.quizzes_following(question).exists():
                return redirect("admin:quizzes_question_publish", question.pk)
            return redirect(preview if self.publish(request, version) else here)
        if "_preview" in request.POST:
            return redirect(preview)
        what = _("Draft saved. Students see it when you publish.") if version.is_draft else _("Saved.")
        messages.success(request, what)
        if "_addanother" in request.POST:
            return redirect(reverse("admin:quizzes_question_add") + "?" + another_like(question))
        return redirect(here)

    # Publishing --------------------------------------------------------------------------------------------------------

    def publish(self, request: HttpRequest, version: QuestionVersion, *, expected: int | None = None) -> bool:
        """Publish and say what came of it."""
        try:
            bank.publish(version, actor=person(request), now=clock.now(), expected_revision=expected)
        except NotPublishable as refusal:
            messages.error(request, _("Not published: %(faults)s") % {"faults": " ".join(refusal.details["faults"])})
            return False
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return False
        number = version.number
        self.log_change(request, version.question, _("Version %(n)d published.") % {"n": number})  # type: ignore[attr-defined]
        messages.success(
            request,
            _("Version %(n)d is published; attempts already made keep the version they were asked.") % {"n": number},
        )
        return True

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish at once; where published quizzes will ask something else, after they were named and confirmed."""
        question = self.fetched(request, pk)
        draft = question.draft
        if draft is None:
            messages.info(request, _("There is no draft to publish."))
            return redirect("admin:quizzes_question_change", question.pk)
        asking = list(bank.quizzes_following(question))
        if request.method == "POST" and (not asking or is_confirmed(request)):
            self.publish(request, draft, expected=number_in(request.POST.get("revision", "")))
            return redirect("admin:quizzes_question_change", question.pk)
        context = {
            "title": _("Publish version %(n)d") % {"n": draft.number},
            "question": question,
            "version": draft,
            "asking": asking,
            "faults": bank.faults(draft),
        }
        return self.page(request, "publish", context)

    def ignore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one suggestion aside for good; a reason may be given."""
        question = self.fetched(request, pk)
        rule = request.POST.get("rule", "")
        version = question.latest_version
        if version is None or rule not in {finding.rule for finding in bank.suggestions(version)}:
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
            self.log_change(request, question, done)  # type: ignore[attr-defined]
            messages.success(request, done)
        return redirect("admin:quizzes_question_change", question.pk)

    def acts(self, question: Question, request: HttpRequest) -> dict[str, tuple[Any, str]]:
        """What can be done to a question, and what is said afterwards."""
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
        """The page that names the quizzes; nothing has changed yet."""
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
        """A question of one's own that starts from what may be seen of this one."""
        question = self.looked_at(request, pk)
        try:
            made = copies.of_question(question, actor=person(request), now=clock.now())
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect("admin:quizzes_question_changelist")
        self.log_addition(request, made, _("Copied from another question."))  # type: ignore[attr-defined]
        messages.success(request, _("This is your copy, a draft that only you see."))
        return redirect("admin:quizzes_question_change", made.pk)

    # Looking -----------------------------------------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """The card as a student sees it; an answer may be tried, nothing is kept."""
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
        context["is_ours"] = self.has_change_permission(request, question)  # type: ignore[attr-defined]
        return self.page(request, "preview", context)


# Which quizzes are named, and the act confirmed, before it is done.
ASKING = {"archive": bank.quizzes_asking, "retire": bank.quizzes_following}


KEPT = ("topic", "difficulty", "bloom", "tags", "case")


def another_like(question: Question) -> str:
    """The query of a new question's form that starts with the type, topic, level and tags of this one."""
    tags = ", ".join(question.tags.values_list("slug", flat=True))
    version = question.latest_version
    case = version.spec.get("case", "") if version else ""
    topic = question.topic.name if question.topic else ""
    values = {"type": question.type, "topic": topic, "difficulty": question.difficulty, "bloom": question.bloom}
    return urlencode({name: value for name, value in {**values, "tags": tags, "case": case}.items() if value})


def kept(query: Mapping[str, str]) -> dict[str, str]:
    """What a new question starts with."""
    return {name: query[name][:300] for name in KEPT if name in query}


def quiz_name(quiz: Quiz) -> str:
    """A quiz with its owner, for those who need not know it."""
    return _("“%(quiz)s”, of %(owner)s") % {"quiz": quiz, "owner": owner_name(quiz)}


def by_rule(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings of one rule together: they are accepted together."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return [{"rule": rule, "first": rows[0], "rows": rows} for rule, rows in groups.items()]


def trial(version: QuestionVersion, data: Any, *, shows: bool, now: datetime) -> dict[str, Any]:
    """Cards of a version for its author: to ask and, where answers are shown, revealed with the answer that was tried."""
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
