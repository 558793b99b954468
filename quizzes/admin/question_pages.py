"""Pages of one question: choose a type, write, preview as a student, publish, versions."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes import clock, marking, question_types
from quizzes.admin.scope import person
from quizzes.errors import BadAnswer, EditConflict, NotPublishable, QuizError
from quizzes.forms.bank import QuestionForm
from quizzes.lint import Finding
from quizzes.models import Answer, Question, QuestionVersion
from quizzes.models.papers import PaperQuestion
from quizzes.question_types.base import Grade, InvalidSpec
from quizzes.reports import attempts as cards
from quizzes.services import bank

THOUSANDTH = Decimal("0.001")


class QuestionPages:
    """Mixed into the question's ModelAdmin."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/versions/", view(self.versions_view), name="quizzes_question_versions"),
            path("<int:pk>/versions/<int:number>/preview/", view(self.preview_view), name="quizzes_question_preview"),
            path("<int:pk>/publish/", view(self.publish_view), name="quizzes_question_publish"),
            path("<int:pk>/do/<slug:act>/", view(require_POST(self.act_view)), name="quizzes_question_act"),
        ]
        return own + super().get_urls()  # type: ignore[misc]

    def fetched(self, request: HttpRequest, pk: Any) -> Question:
        """The question, if the person manages it."""
        question = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if question is None:
            raise Http404
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
        form = QuestionForm(kind, request.POST if request.method == "POST" else None)
        if request.method == "POST" and not form.is_asking_for_rows and form.is_valid():
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
        return self.page(request, "form", {"title": title, "form": form, "kind": kind})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        question = self.fetched(request, object_id)
        version = question.latest_version
        if version is None:
            raise Http404
        form = QuestionForm(question.kind, request.POST if request.method == "POST" else None, version=version)
        if request.method == "POST" and not form.is_asking_for_rows and form.is_valid():
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
            "original": question,
        }
        return self.page(request, "form", context)

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
            advice = _("Your text is kept below. Save again to replace theirs, or open this page anew to see it.")
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
            if bank.findings(version):
                return redirect("admin:quizzes_question_publish", question.pk)
            return redirect(preview if self.publish(request, version) else here)
        if "_preview" in request.POST:
            return redirect(preview)
        what = _("Draft saved. It is asked once you publish it.") if version.is_draft else _("Saved.")
        messages.success(request, what)
        if "_addanother" in request.POST:
            return redirect(reverse("admin:quizzes_question_add") + f"?type={question.type}")
        return redirect(here)

    # Publishing --------------------------------------------------------------------------------------------------------

    def publish(self, request: HttpRequest, version: QuestionVersion, *, expected: int | None = None) -> bool:
        """Publish and say what came of it."""
        try:
            bank.publish(version, actor=person(request), now=clock.now(), expected_revision=expected)
        except NotPublishable as refusal:
            for fault in refusal.details["faults"]:
                messages.error(request, fault)
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
        """What the linter says before publishing: errors are mended first, warnings may be accepted with a reason."""
        question = self.fetched(request, pk)
        draft = question.draft
        if draft is None:
            messages.info(request, _("There is no draft to publish."))
            return redirect("admin:quizzes_question_change", question.pk)
        found = bank.findings(draft)
        if request.method == "POST":
            warnings = {finding.rule for finding in found if not bank.is_blocking(finding)}
            reasons = {rule: request.POST.get(f"reason-{rule}", "")[:300] for rule in warnings}
            bank.acknowledge(question, reasons)
            if self.publish(request, draft, expected=number_in(request.POST.get("revision", ""))):
                return redirect("admin:quizzes_question_change", question.pk)
            draft.question.refresh_from_db()
            found = bank.findings(draft)
        context = {
            "title": _("Publish version %(n)d") % {"n": draft.number},
            "question": question,
            "version": draft,
            "faults": [] if found else bank.faults(draft),
            "errors": [finding for finding in found if bank.is_blocking(finding)],
            "warnings": by_rule(finding for finding in found if not bank.is_blocking(finding)),
        }
        return self.page(request, "publish", context)

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Archive, restore, take out of use, discard the draft."""
        question = self.fetched(request, pk)
        revision = number_in(request.POST.get("revision", ""), -1)
        acts: dict[str, tuple[Any, str]] = {
            "archive": (lambda: bank.archive(question), _("Archived.")),
            "restore": (lambda: bank.restore(question), _("Restored.")),
            "retire": (lambda: bank.retire(question), _("Taken out of use; no new attempt will be asked it.")),
            "discard": (lambda: bank.discard_draft(question, expected_revision=revision), _("Draft discarded.")),
        }
        if act not in acts:
            raise Http404
        do, done = acts[act]
        try:
            do()
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
        else:
            self.log_change(request, question, done)  # type: ignore[attr-defined]
            messages.success(request, done)
        return redirect("admin:quizzes_question_change", question.pk)

    # Looking -----------------------------------------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """The card as a student sees it; an answer may be tried, nothing is kept."""
        question = self.fetched(request, pk)
        version = question.versions.filter(number=number).first()
        if version is None:
            raise Http404
        version.question = question
        try:
            context = trial(version, request.POST if request.method == "POST" else None)
        except InvalidSpec as error:
            for fault in error.faults:
                messages.error(request, str(fault))
            return HttpResponseRedirect(reverse("admin:quizzes_question_change", args=[question.pk]))
        title = _("Preview of version %(n)d") % {"n": number}
        return self.page(request, "preview", {"title": title, "question": question, "version": version, **context})

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = self.fetched(request, pk)
        counts = bank.attempts_by_version(question)
        rows = [
            {"version": version, "attempts": counts.get(version.number, 0)}
            for version in question.versions.select_related("edited_by").order_by("-number")
        ]
        context = {"title": _("Versions"), "question": question, "rows": rows, "original": question}
        return self.page(request, "versions", context)


def number_in(text: str, default: Any = None) -> Any:
    """A posted number, or the default for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def by_rule(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings of one rule together: they are accepted together."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return [{"rule": rule, "first": rows[0], "rows": rows} for rule, rows in groups.items()]


def trial(version: QuestionVersion, data: Any) -> dict[str, Any]:
    """Cards of a version for its author: to ask, and revealed with the answer that was tried (or none)."""
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
    return {
        "ask": cards.ask_card(answer, question),
        "reveal": cards.Card(
            **{
                **cards.ask_card(answer, question).__dict__,
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
        "fault": fault,
    }
