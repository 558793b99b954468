"""Pages of one question that are written in: a new one, its draft, and publishing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from quizzes import clock, question_types
from quizzes.admin.confirming import is_confirmed
from quizzes.admin.question_part import QuestionPart
from quizzes.admin.scope import person
from quizzes.errors import EditConflict, NotPublishable, QuizError
from quizzes.forms.bank import QuestionForm
from quizzes.forms.posted import number_in
from quizzes.lint import Finding
from quizzes.models import Question, QuestionVersion
from quizzes.services import bank, question_use, readiness


class QuestionPages(QuestionPart):
    """Mixed into the question's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [path("<int:pk>/publish/", view(self.publish_view), name="quizzes_question_publish")]
        return own + super().get_urls()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Ask for the type first, then show the form made for it."""
        if not self.has_add_permission(request):
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
            self.log_addition(request, version.question, _("Draft of version 1 written."))
            return self.after_saving(request, version)
        title = _("New question: %(type)s") % {"type": kind.name}
        context = {"title": title, "form": form, "kind": kind, "is_refused": request.method == "POST"}
        return self.page(request, "form", context | {"asks_for_sources": readiness.asks_for_sources(person(request))})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        question = self.looked_at(request, object_id)
        if request.method != "POST" and not self.has_change_permission(request, question):
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
            "counts": question_use.attempts_by_version(question),
            "may_delete": question_use.has_only_been_drafted(question),
            "original": question,
            "is_refused": request.method == "POST",
            "asks_for_sources": readiness.asks_for_sources(question.owner) or question.places.exists(),
            **self.findings(request, version),
        }
        return self.page(request, "form", context)

    def findings(self, request: HttpRequest, version: QuestionVersion) -> dict[str, object]:
        """Return what the linter says of the version that is stored: what must be mended, and what could be better."""
        findings = readiness.findings(version) if request.method == "GET" else []
        return {
            "blocking": [finding for finding in findings if readiness.is_blocking(finding) and version.is_draft],
            "suggestions": by_rule(finding for finding in findings if not readiness.is_blocking(finding)),
        }

    def only_looked_at(self, request: HttpRequest, question: Question) -> HttpResponse:
        """Go to the card, for users who may not change it."""
        shown = question.versions.visible_to(person(request)).order_by("-number").first()
        if shown is None:
            raise Http404
        return redirect("admin:quizzes_question_preview", question.pk, shown.number)

    def save_draft(self, request: HttpRequest, question: Question, form: QuestionForm) -> QuestionVersion | None:
        """Return the saved version, or None when someone was faster; the text then stays in the form."""
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
        self.log_change(request, question, _("Version %(n)d edited.") % {"n": saved.number})
        return saved

    def after_saving(self, request: HttpRequest, version: QuestionVersion) -> HttpResponse:
        """Go where the pressed button leads."""
        question = version.question
        here = reverse("admin:quizzes_question_change", args=[question.pk])
        preview = reverse("admin:quizzes_question_preview", args=[question.pk, version.number])
        if "_publish" in request.POST and version.is_draft:
            if readiness.faults(version):
                messages.warning(request, _("Draft saved, but not published: see below what is missing."))
                return redirect(here)
            if question_use.quizzes_following(question).exists():
                return redirect("admin:quizzes_question_publish", question.pk)
            return redirect(preview if self.publish(request, version) else here)
        if "_preview" in request.POST:
            return redirect(preview)
        what = _("Draft saved. Students see it when you publish.") if version.is_draft else _("Saved.")
        messages.success(request, what)
        if "_addanother" in request.POST:
            return redirect(reverse("admin:quizzes_question_add") + "?" + another_like(question))
        return redirect(here)

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
        self.log_change(request, version.question, _("Version %(n)d published.") % {"n": number})
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
        asking = list(question_use.quizzes_following(question))
        if request.method == "POST" and (not asking or is_confirmed(request)):
            self.publish(request, draft, expected=number_in(request.POST.get("revision", "")))
            return redirect("admin:quizzes_question_change", question.pk)
        context = {
            "title": _("Publish version %(n)d") % {"n": draft.number},
            "question": question,
            "version": draft,
            "asking": asking,
            "faults": readiness.faults(draft),
        }
        return self.page(request, "publish", context)


KEPT = ("topic", "difficulty", "bloom", "tags", "case")


def another_like(question: Question) -> str:
    """Return the query of a new question's form that starts with the type, topic, level and tags of this one."""
    tags = ", ".join(question.tags.values_list("slug", flat=True))
    version = question.latest_version
    case = version.spec.get("case", "") if version else ""
    topic = question.topic.name if question.topic else ""
    values = {"type": question.type, "topic": topic, "difficulty": question.difficulty, "bloom": question.bloom}
    return urlencode({name: value for name, value in {**values, "tags": tags, "case": case}.items() if value})


def kept(query: Mapping[str, str]) -> dict[str, str]:
    """Return what a new question starts with."""
    return {name: query[name][:300] for name in KEPT if name in query}


def by_rule(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return the findings of each rule together: they are accepted together."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return [{"rule": rule, "first": rows[0], "rows": rows} for rule, rows in groups.items()]
