"""Pages of one quiz next to its form: publishing with its faults listed, and composing from a blueprint."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from quizzes import clock
from quizzes.admin.confirming import confirmation, is_confirmed
from quizzes.admin.quiz_part import QuizPart
from quizzes.admin.scope import person
from quizzes.errors import EditConflict, NotPublishable
from quizzes.forms import quiz_cells
from quizzes.forms.posted import replaced
from quizzes.forms.quizzes import QuizForm
from quizzes.models import Question, Quiz, QuizItem
from quizzes.models.kinds import KINDS, Kind, changes
from quizzes.services import cautions, copies, outlines, points, quizzes


class QuizPages(QuizPart):
    """Mixed into the quiz's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/compose/", view(self.compose_view), name="quizzes_quiz_compose"),
            path("<int:pk>/do/<slug:act>/", view(require_POST(self.act_view)), name="quizzes_quiz_act"),
            path("<int:pk>/copy/", view(require_POST(self.copy_view)), name="quizzes_quiz_copy"),
        ]
        return own + super().get_urls()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Ask first what it is for; then show the form with settings that fit."""
        if request.method == "GET" and chosen_kind(request) is None and self.has_add_permission(request):
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Make a quiz"),
                "kinds": KINDS.values(),
            }
            return TemplateResponse(request, "admin/quizzes/quiz/choose_kind.html", context)
        named = {"title": _("New quiz: %(kind)s") % {"kind": kind.name}} if (kind := chosen_kind(request)) else {}
        return super().add_view(request, form_url, {**named, **(extra_context or {})})

    def get_form(
        self, request: HttpRequest, obj: Quiz | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm[Quiz]]:
        form = super().get_form(request, obj, change, **kwargs)
        if issubclass(form, QuizForm):
            form.kind = chosen_kind(request)
        return form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the form, with what stands behind each cell and what still keeps the quiz from being published."""
        quiz = self.get_object(request, object_id)
        context: dict[str, object] = {}
        if quiz is not None and not self.has_change_permission(request, quiz):
            return self.only_looked_at(request, quiz)
        if quiz is not None:
            items = list(quiz.items.select_related("question", "topic", "source", "tag"))
            outline = outlines.of_items(items, feedback=quiz.feedback)
            context = {
                "outline": outline,
                "faults": quizzes.faults(quiz, items, outline),
                "outdated": quizzes.outdated(quiz).count(),
                "running": quiz.attempts.in_progress().count(),
                "finished": quiz.attempts.finished().count(),
                "kinds": KINDS.values(),
                "kind": (kind := chosen_kind(request)),
                "changes": None if kind is None else changes(quiz, kind),
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def only_looked_at(self, request: HttpRequest, quiz: Quiz) -> HttpResponse:
        """Show what it asks, for those who may not change it, as far as they may see its questions."""
        if request.method == "POST":
            raise PermissionDenied
        items = list(quiz.items.select_related("question", "pinned_version", "topic", "source", "tag"))
        seen = Question.objects.visible_to(person(request)).filter(items__quiz=quiz).values_list("pk", flat=True)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": quiz,
            "title": quiz.title,
            "outline": outlines.of_items(items, feedback=quiz.feedback),
            "items": [(item, _shown(item) if item.question_id in set(seen) else "") for item in items],
        }
        return TemplateResponse(request, "admin/quizzes/quiz/view.html", context)

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a draft of one's own with the same settings and items."""
        copy, left_out = copies.of_quiz(self.looked_at(request, pk), actor=person(request), now=clock.now())
        self.log_addition(request, copy, _("Copied from another quiz."))
        messages.success(request, _("This is your copy, a draft that only you see."))
        if left_out:
            text = ngettext(
                "%(n)d question stayed behind: its owner does not let others use it.",
                "%(n)d questions stayed behind: their owners do not let others use them.",
                left_out,
            )
            messages.warning(request, text % {"n": left_out})
        return redirect("admin:quizzes_quiz_change", copy.pk)

    def response_change(self, request: HttpRequest, obj: Quiz) -> HttpResponse:
        if "_publish" in request.POST:
            self.publish(request, obj)
            return redirect("admin:quizzes_quiz_change", obj.pk)
        if "_compose" in request.POST:
            return redirect("admin:quizzes_quiz_compose", obj.pk)
        return super().response_change(request, obj)

    def response_add(self, request: HttpRequest, obj: Quiz, post_url_continue: str | None = None) -> HttpResponse:
        if "_compose" in request.POST:
            return redirect("admin:quizzes_quiz_compose", obj.pk)
        if "_publish" in request.POST:
            self.publish(request, obj)
            return redirect("admin:quizzes_quiz_change", obj.pk)
        return super().response_add(request, obj, post_url_continue)

    def publish(self, request: HttpRequest, quiz: Quiz) -> None:
        try:
            keeps = "keeps_questions" in request.POST
            quizzes.publish(quiz, actor=person(request), now=clock.now(), keeps_questions=keeps)
        except NotPublishable as refusal:
            for fault in refusal.details["faults"]:
                messages.error(request, fault)
            return
        self.log_change(request, quiz, _("Published."))
        messages.success(request, _("“%(quiz)s” is published.") % {"quiz": quiz.title})
        for caution in cautions.of_quiz(quiz, now=clock.now()):
            messages.warning(request, str(caution))

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Publish, back to a draft, archive; asks first what takes a quiz from classes."""
        quiz = self.fetched(request, pk)
        if act == "publish":
            self.publish(request, quiz)
            return redirect("admin:quizzes_quiz_change", pk)
        if act == "take-newer":
            return self.take_newer(request, quiz)
        acts: dict[str, tuple[Callable[..., object], str]] = {
            "unpublish": (quizzes.unpublish, _("Unpublished. No new attempts; those in progress may be finished.")),
            "archive": (quizzes.archive, _("Archived. Attempts and results stay.")),
        }
        if act not in acts:
            raise Http404
        classes = [str(classroom) for classroom in quizzes.classes_of(quiz)]
        if classes and not is_confirmed(request):
            return self.asked_first(request, quiz, act, classes)
        do, done = acts[act]
        do(quiz, actor=person(request), now=clock.now())
        self.log_change(request, quiz, done)
        messages.success(request, done)
        return redirect("admin:quizzes_quiz_change", pk)

    def take_newer(self, request: HttpRequest, quiz: Quiz) -> HttpResponse:
        """Ask the newest versions of colleagues' questions instead of those the quiz was made with."""
        count = quizzes.take_newer(quiz, actor=person(request), now=clock.now())
        text = ngettext("%(n)d newer version taken.", "%(n)d newer versions taken.", count) % {"n": count}
        self.log_change(request, quiz, text)
        messages.success(request, text)
        return redirect("admin:quizzes_quiz_change", quiz.pk)

    def asked_first(self, request: HttpRequest, quiz: Quiz, act: str, classes: list[str]) -> HttpResponse:
        """Show the page that names the classes; nothing has changed yet."""
        context = {
            "title": {"archive": _("Archive “%(quiz)s”"), "unpublish": _("Make “%(quiz)s” a draft")}[act]
            % {"quiz": quiz.title},
            "lead": _(
                "It is assigned to these classes. Students there can no longer start it; attempts in progress go on:"
            ),
            "names": classes,
            "button": {"archive": _("Archive it"), "unpublish": _("Make it a draft")}[act],
            "back": reverse("admin:quizzes_quiz_change", args=[quiz.pk]),
        }
        return confirmation(self.admin_site, self.opts, request, context)

    # Composing ---------------------------------------------------------------------------------------------------------

    def compose_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show rows of a blueprint: how many of which cell, how many stand behind it, and the time they would take."""
        quiz = self.fetched(request, pk)
        data = posted_rows(request)
        rows = quiz_cells.cells(quiz, data)
        head = quiz_cells.ComposeForm(data, initial={"revision": quiz.revision})
        fixed = list(quiz.items.filter(question__isnull=False).select_related("question"))
        drawn = list(quiz.items.filter(question=None))
        is_valid = data is not None and all([rows.is_valid(), head.is_valid()])
        if is_valid:
            drawn = rows.items(quiz)
            if "_save" in request.POST and self.composed(request, quiz, drawn, head):
                return redirect("admin:quizzes_quiz_change", pk)
        outline = outlines.of_items([*fixed, *drawn], feedback=quiz.feedback)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": quiz,
            "title": _("Random questions in “%(quiz)s”") % {"quiz": quiz.title},
            "quiz": quiz,
            "rows": rows,
            "head": head,
            "fixed": fixed,
            "outline": outline,
            "pairs": list(zip(rows.forms, _per_row(rows, outline.cells[len(fixed) :]), strict=False)),
            "is_checked": is_valid or data is None,
        }
        return TemplateResponse(request, "admin/quizzes/quiz/compose.html", context)

    def composed(self, request: HttpRequest, quiz: Quiz, rules: list[QuizItem], head: quiz_cells.ComposeForm) -> bool:
        """Return whether the rules were saved; a conflict keeps the rows on the page."""
        asked = points.asked_by(quiz)
        try:
            quizzes.replace_draws(
                quiz,
                rules,
                actor=person(request),
                now=clock.now(),
                expected_revision=head.cleaned_data["revision"] or 0,
            )
        except EditConflict as conflict:
            advice = _("Your rows are kept below. Save again to replace theirs.")
            head.add_error(None, f"{conflict.message} {advice}")
            head.data = replaced(head.data, "revision", str(conflict.revision))
            return False
        except NotPublishable as refusal:
            for fault in refusal.details["faults"]:
                head.add_error(None, fault)
            return False
        self.log_change(request, quiz, _("Random questions chosen."))
        messages.success(request, _("Saved."))
        self.tell_of_attempts(request, quiz, asked)
        return True


def chosen_kind(request: HttpRequest) -> Kind | None:
    """Return the kind whose settings the form starts with; what was typed is never replaced by them."""
    return KINDS.get(request.GET.get("kind", "")) if request.method == "GET" else None


def _shown(item: QuizItem) -> str:
    """Return the stem of a fixed question, as the quiz asks it."""
    version = item.pinned_version or (item.question and item.question.shown_version)
    return version.stem if version else ""


def _per_row(rows: quiz_cells.BaseCells, cells: Sequence[outlines.ItemOutline]) -> list[outlines.ItemOutline | None]:
    """Return for each row of the form its cell, None for blank and deleted rows."""
    if not rows.is_bound:
        return [*cells, *[None] * (len(rows.forms) - len(cells))]
    if not rows.is_valid():
        return [None] * len(rows.forms)
    by_form = dict(zip(map(id, rows.ordered_forms), cells, strict=False))
    return [by_form.get(id(form)) for form in rows.forms]


def posted_rows(request: HttpRequest) -> QueryDict | None:
    """Return posted data with sane row counts; four more rows where they are asked for."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    count = data.get("cells-TOTAL_FORMS", "")
    number = int(count) if count.isdecimal() and len(count) < 4 else 0
    data["cells-TOTAL_FORMS"] = str(number + 4 if "_more" in data else number)
    return data
