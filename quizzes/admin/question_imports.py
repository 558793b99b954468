"""Pages of an import: the file, progress, what would happen, the report. Everybody meets their own imports alone."""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from quizzes import clock, limits
from quizzes.admin.parts import AdminPart
from quizzes.admin.scope import person
from quizzes.errors import ImportRejected, QuizError
from quizzes.formats import tables
from quizzes.forms.imports import ChoicesForm, ImportForm, ReadingForm
from quizzes.forms.posted import number_in
from quizzes.models import Answer, ImportDraft, Question, QuestionVersion, Quiz
from quizzes.models.papers import PaperQuestion
from quizzes.reports import cards
from quizzes.services import imports

PER_PAGE = 20
NAMED = 50  # places of a list that stand on the page; the rest is counted
Stage = ImportDraft.Stage
# What can be read, in the words of those who have it.
READABLE = (
    gettext_lazy("Moodle: GIFT or XML"),
    gettext_lazy("Canvas and other systems: QTI 1.2, 2.1, 2.2 or 3.0, as a zip or XML"),
    gettext_lazy("Kahoot's spreadsheet"),
    gettext_lazy("A table of your own: XLSX or CSV"),
    gettext_lazy("Aiken, or text as you type it: numbered questions, lettered options"),
    gettext_lazy("Quizsite's own export"),
)
STATES = {
    "new": gettext_lazy("New"),
    "copy": gettext_lazy("A copy of your own"),
    "changed": gettext_lazy("A new version of yours"),
    "there": gettext_lazy("There already"),
    "refused": gettext_lazy("Not imported"),
}


@dataclass(frozen=True)
class Shown:
    """A question of the file on the page: its card as a student meets it, its key, and whether it is ticked."""

    line: imports.Line
    card: cards.Card
    key: str
    explanation: str
    is_taken: bool

    @property
    def number(self) -> int:
        return self.line.place + 1

    @property
    def state(self) -> str:
        """What happens to it, in a word or two."""
        return str(STATES[self.line.row.action])


class QuestionImports(AdminPart):
    """Mixed into the question's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("import/", view(self.import_view), name="quizzes_question_import"),
            path("import/sample.xlsx", view(require_safe(self.sample_view)), name="quizzes_question_import_sample"),
            path("import/<int:draft>/", view(self.imported_view), name="quizzes_question_imported"),
            path(
                "import/<int:draft>/<slug:act>/",
                view(require_POST(self.import_act_view)),
                name="quizzes_question_import_act",
            ),
        ]
        return own + super().get_urls()

    # The file ----------------------------------------------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file or a text: keep it, and read it as far as one request goes."""
        form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if request.method == "POST" and form.is_valid():
            limits.take(request, "import_questions", words=_("You have imported many files."))
            try:
                return self.begun(request, form)
            except ImportRejected as refusal:
                form.add_error("file" if form.cleaned_data.get("file") else "text", str(refusal.message))
        waiting = ImportDraft.objects.open_to(person(request), clock.now()).defer("data", "content", "rows")
        context = {"title": _("Import questions"), "form": form, "imports": waiting}
        return self.import_page(request, "file", context | {"readable": READABLE})

    def begun(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        name, data = form.named()
        now, fields, end = clock.now(), form.cleaned_data, imports.slice_end()
        draft = imports.begin(
            person(request), name=name, data=data, now=now, format=fields["format"], encoding=fields["encoding"]
        )
        imports.go_on(draft, now=now, end=end)
        return redirect("admin:quizzes_question_imported", draft.pk)

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        """Send a spreadsheet to fill in."""
        table = tables.FORMAT
        headers = {"Content-Disposition": 'attachment; filename="questions.xlsx"'}
        return HttpResponse(table.sample(), content_type=table.media_type, headers=headers)

    # One import --------------------------------------------------------------------------------------------------------

    def fetched_import(self, request: HttpRequest, pk: int) -> ImportDraft:
        drafts = ImportDraft.objects.open_to(person(request), clock.now()).select_related("owner")
        return get_object_or_404(drafts.defer("data"), pk=pk)

    def imported_view(self, request: HttpRequest, draft: int) -> HttpResponse:
        """Show where an import stands: being read, to be looked over, or done."""
        fetched = self.fetched_import(request, draft)
        if fetched.is_in_progress:
            return self.import_page(request, "progress", {"title": _("Reading the file"), "draft": fetched})
        if fetched.stage == Stage.READY:
            plan = imports.plan_of(fetched)
            return self.review(request, fetched, plan, ChoicesForm(fetched, plan))
        return self.report(request, fetched)

    def import_act_view(self, request: HttpRequest, draft: int, act: str) -> HttpResponse:
        """Go on, read it as another format, keep the choices, import, undo, throw away."""
        fetched = self.fetched_import(request, draft)
        acts = {
            "go-on": self.go_on,
            "again": self.read_again,
            "review": self.reviewed,
            "undo": self.undone,
            "discard": self.discarded,
        }
        if act not in acts:
            raise Http404
        return acts[act](request, fetched)

    def go_on(self, request: HttpRequest, draft: ImportDraft) -> HttpResponse:
        imports.go_on(draft, now=clock.now())
        return redirect("admin:quizzes_question_imported", draft.pk)

    def read_again(self, request: HttpRequest, draft: ImportDraft) -> HttpResponse:
        form = ReadingForm(request.POST)
        if form.is_valid() and draft.stage == Stage.READY:
            fields = form.cleaned_data
            imports.read_again(draft, format=fields["format"] or draft.format, encoding=fields["encoding"])
            imports.go_on(draft, now=clock.now())
        return redirect("admin:quizzes_question_imported", draft.pk)

    def discarded(self, request: HttpRequest, draft: ImportDraft) -> HttpResponse:
        imports.discard(draft)
        messages.success(request, _("The file was thrown away; nothing of it was imported."))
        return redirect("admin:quizzes_question_import")

    # Looking over ------------------------------------------------------------------------------------------------------

    def review(
        self, request: HttpRequest, draft: ImportDraft, plan: imports.Plan, form: ChoicesForm
    ) -> TemplateResponse:
        chosen = imports.choices_of(draft)
        pages = plan.pages(PER_PAGE)
        page = min(max(1, number_in((request.POST or request.GET).get("page", ""), 1)), pages)
        left_out, notes = plan.left_out, plan.notes
        context = {
            "title": _("Look over the questions"),
            "draft": draft,
            "plan": plan,
            "form": form,
            "reading": ReadingForm(initial={"format": draft.format, "encoding": draft.encoding}),
            "shown": [shown(line, chosen) for line in plan.lines_on(page, PER_PAGE)],
            "page": page,
            "pages": pages,
            "before": page - 1,
            "after": page + 1,
            "taken": len(plan.taken(chosen)),
            "counts": {action: len(plan.of_action(action)) for action in STATES},
            "left_out_count": len(left_out),
            "left_out": left_out[:NAMED],
            "more_left_out": max(0, len(left_out) - NAMED),
            "notes_count": len(notes),
            "notes": notes[:NAMED],
            "more_notes": max(0, len(notes) - NAMED),
            "asking": imports.asking(plan.taken(chosen)),
        }
        return self.import_page(request, "review", context)

    def reviewed(self, request: HttpRequest, draft: ImportDraft) -> HttpResponse:
        """Keep what was chosen on this page; import when that was pressed."""
        here = reverse("admin:quizzes_question_imported", args=[draft.pk])
        if draft.stage != Stage.READY:
            return redirect(here)
        plan = imports.plan_of(draft)
        form = ChoicesForm(draft, plan, request.POST)
        if not form.is_valid():
            return self.review(request, draft, plan, form)
        chosen = form.choices()
        if "confirm" not in request.POST:
            imports.keep_choices(draft, chosen)
            return redirect(f"{here}?page={number_in(request.POST.get('page', ''), 1)}")
        try:
            imports.confirm(draft, chosen, now=clock.now())
        except QuizError as refusal:
            imports.keep_choices(draft, chosen)
            messages.error(request, str(refusal.message))
        return redirect(here)

    # Afterwards --------------------------------------------------------------------------------------------------------

    def report(self, request: HttpRequest, draft: ImportDraft) -> TemplateResponse:
        result = draft.result
        undone = result.get("undone", {})
        kept = dict(undone.get("kept", []))
        context = {
            "title": _("Undone") if undone else _("Imported"),
            "draft": draft,
            "result": result,
            "undone": undone,
            "quiz": Quiz.objects.filter(pk=result.get("quiz")).first(),
            "drafts": named(result["drafts"][:NAMED]),
            "kept": [(stem, address, kept[pk]) for pk, stem, address in named(list(kept)[:NAMED])],
        }
        return self.import_page(request, "report", context)

    def undone(self, request: HttpRequest, draft: ImportDraft) -> HttpResponse:
        try:
            imports.undo(draft, now=clock.now())
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
        return redirect("admin:quizzes_question_imported", draft.pk)

    def import_page(self, request: HttpRequest, name: str, context: dict[str, object]) -> TemplateResponse:
        return TemplateResponse(request, f"admin/quizzes/question/import/{name}.html", context)


def shown(line: imports.Line, chosen: imports.Choices) -> Shown:
    """Return a question of the file as a student would meet it."""
    version = QuestionVersion(question=Question(type=line.draft.type), spec=dict(line.draft.spec))
    layout = version.kind.layout(version.parsed, random.Random(line.place), shuffle=False)  # noqa: S311
    slot = line.place + 1
    card = cards.ask_card(Answer(slot=slot, version=version, layout=layout), PaperQuestion(slot, version, layout))
    key = version.kind.model_answer(version.parsed)
    return Shown(line, card, key, version.parsed.explanation, chosen.takes(line.place, line.row))


def named(pks: list[int]) -> list[tuple[int, str, str]]:
    """Return questions by their stems, with the address of each."""
    questions = Question.objects.filter(pk__in=pks).prefetch_related("versions").order_by("pk")
    rows = (
        (question.pk, max(question.versions.all(), key=lambda version: version.number).stem) for question in questions
    )
    return [(pk, stem[:110], reverse("admin:quizzes_question_change", args=[pk])) for pk, stem in rows]
