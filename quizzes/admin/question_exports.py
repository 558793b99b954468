"""The page that takes questions away as a file: from the list, a search, ticked ones, a topic, a quiz, a unit."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes import clock, formats, limits
from quizzes.admin.parts import AdminPart
from quizzes.admin.scope import person, seen
from quizzes.errors import QuizError
from quizzes.formats.base import Format, QuestionDraft
from quizzes.models import Question, Quiz, QuizItem, Topic, Unit
from quizzes.services import exports, linting
from quizzes.services.export_archives import archive

MOST_TICKED = 200  # their numbers stand in the address
# The formats in the words of those who have them, the one that loses nothing first.
OFFERED = {
    "json": (gettext_lazy("Quizsite"), gettext_lazy("Keeps everything: for a colleague, another site, or a copy.")),
    "moodle_xml": (gettext_lazy("Moodle XML"), gettext_lazy("For Moodle's question bank.")),
    "gift": (gettext_lazy("GIFT"), gettext_lazy("Moodle's text format, which you can read and edit.")),
    "qti12": (gettext_lazy("Canvas"), gettext_lazy("A QTI 1.2 package, as Canvas and others read it.")),
    "qti": (gettext_lazy("QTI 3.0"), gettext_lazy("A package for newer systems.")),
    "table": (gettext_lazy("Spreadsheet, XLSX"), gettext_lazy("A row for each question; reads back here.")),
    "table_csv": (gettext_lazy("Spreadsheet, CSV"), gettext_lazy("The same as plain text.")),
    "kahoot": (gettext_lazy("Kahoot"), gettext_lazy("Kahoot's spreadsheet: up to four short answers.")),
    "aiken": (gettext_lazy("Aiken"), gettext_lazy("Plain text: one right answer each.")),
    "text": (gettext_lazy("Plain text"), gettext_lazy("To print or to edit; numbered, with the key.")),
}


@dataclass(frozen=True)
class Selection:
    """What is to be exported: what it is called, and the questions as far as the person may see them."""

    title: str
    questions: QuerySet[Question]
    back: str
    quiz: Quiz | None = None


@dataclass(frozen=True)
class Offer:
    """A format on the page."""

    key: str
    name: object
    what: object
    prospect: exports.Prospect
    address: str


@dataclass(frozen=True)
class PartLink:
    """A part on the page: the places of its first and last question."""

    first: int
    last: int
    address: str
    is_current: bool


class QuestionExports(AdminPart):
    """Mixed into the question's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.export_view)
        own = [path("export/", self.admin_site.admin_view(view), name="quizzes_question_export")]
        return own + super().get_urls()

    @admin.action(description=gettext_lazy("Export the selected questions…"))
    def export(self, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse | None:
        """Go to the page; all that match go by what was searched for, ticked ones by their numbers."""
        address = reverse("admin:quizzes_question_export")
        if request.POST.get("select_across") == "1":
            return redirect(f"{address}?{request.GET.urlencode()}")
        pks = list(queryset.values_list("pk", flat=True)[: MOST_TICKED + 1])
        if len(pks) > MOST_TICKED:
            self.message_user(request, _("Tick at most %(n)d questions.") % {"n": MOST_TICKED}, messages.ERROR)
            return None
        return redirect(f"{address}?questions={','.join(map(str, pks))}")

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show what each format carries of these questions; posted, send the file."""
        now, selection = clock.now(), self.selected(request)
        chosen = request.GET.get("as", "json")
        if chosen not in OFFERED:
            raise Http404
        size, part = formats.get(chosen).most_in_file, number(request.GET.get("part", "1"))
        try:
            taken = exports.take(selection.questions, actor=person(request), now=now, part=part, size=size)
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect(selection.back)
        if request.method == "POST" and taken.drafts:
            return self.downloaded(request, selection, formats.get(chosen), taken)
        offers = [offer(key, taken.drafts, request.GET) for key in OFFERED]
        context = {
            "title": _("Export questions"),
            "selection": selection,
            "count": taken.count,
            "missing": selection.questions.count() - taken.count,
            "offers": offers,
            "chosen": next(one for one in offers if one.key == chosen),
            "taken": taken,
            "parts": [part_link(place, taken, size, request.GET) for place in range(1, taken.parts + 1)],
        }
        return TemplateResponse(request, "admin/quizzes/question/export.html", context)

    def downloaded(
        self, request: HttpRequest, selection: Selection, format: Format, taken: exports.Taken
    ) -> HttpResponseBase:
        """Return one part as a file, or all parts as a zip."""
        limits.take(request, "export_questions", words=_("You have exported many files."))
        now, actor, title, quiz = clock.now(), person(request), selection.title, selection.quiz
        if "all" in request.POST:
            stream = archive(format, selection.questions, actor=actor, now=now, title=title, quiz=quiz)
            name = f"{slugify(title)[:60] or 'questions'}-{now.date().isoformat()}.zip"
            return StreamingHttpResponse(stream, content_type="application/zip", headers=attached(name))
        found, quiz = exports.prospect(format, taken.drafts), quiz if taken.part == 1 else None
        named, is_alone = taken.titled(title), "alone" in request.POST
        file = exports.file_of(found, title=named, day=now.date(), is_alone=is_alone, quiz=quiz)
        exports.log(found.drafts, format, actor=actor, now=now)
        return HttpResponse(file.data, content_type=file.media_type, headers=attached(file.name))

    # What is exported --------------------------------------------------------------------------------------------------

    def selected(self, request: HttpRequest) -> Selection:
        """Return what the address names: ticked questions, a quiz, a unit, else what the list shows for it."""
        if ticked := request.GET.get("questions", ""):
            pks = [int(pk) for pk in ticked.split(",") if pk.isdecimal() and len(pk) < 12][:MOST_TICKED]
            questions = self.get_queryset(request).filter(pk__in=pks).order_by("pk")
            return Selection(_("Questions"), questions, reverse("admin:quizzes_question_changelist"))
        if "quiz" in request.GET:
            quiz = fetched(Quiz, request, "quiz")
            questions = self.get_queryset(request).filter(pk__in=linting.questions_of(quiz).values("pk"))
            place = QuizItem.objects.filter(quiz=quiz, question=OuterRef("pk")).order_by("position").values("position")
            questions = questions.alias(place=Subquery(place[:1])).order_by(F("place").asc(nulls_last=True), "pk")
            return Selection(quiz.title, questions, reverse("admin:quizzes_quiz_change", args=[quiz.pk]), quiz)
        if "unit" in request.GET:
            unit = fetched(Unit, request, "unit")
            questions = (
                self.get_queryset(request).filter(is_archived=False, tags__slug=f"u{unit.position}").order_by("pk")
            )
            return Selection(unit.title, questions, reverse("admin:quizzes_unit_change", args=[unit.pk]))
        return self.listed(request)

    def listed(self, request: HttpRequest) -> Selection:
        """Return what the list of questions shows for the same search and filters."""
        asked = copy(request)
        asked.GET = without(request.GET, "as", "part")  # type: ignore[assignment]
        try:
            questions = self.get_changelist_instance(asked).get_queryset(asked).order_by("pk")
        except IncorrectLookupParameters as error:
            raise Http404 from error
        topic = Topic.objects.filter(pk=number(asked.GET.get("topic", ""))).first()
        back = f"{reverse('admin:quizzes_question_changelist')}?{asked.GET.urlencode()}"
        return Selection(topic.name if topic else _("Questions"), questions, back)


Row = TypeVar("Row", bound=Model)


def fetched(model: type[Row], request: HttpRequest, name: str) -> Row:
    """Return the row that the address names, if the person may look at it."""
    return get_object_or_404(seen(model, person(request)), pk=number(request.GET[name]))


def attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}


def part_link(place: int, taken: exports.Taken, size: int, query: QueryDict) -> PartLink:
    address = without(query, "part")
    address["part"] = str(place)
    last = min(place * size, taken.count)
    return PartLink((place - 1) * size + 1, last, f"?{address.urlencode()}", place == taken.part)


def number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def without(query: QueryDict, *names: str) -> QueryDict:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def offer(key: str, drafts: Sequence[QuestionDraft], query: QueryDict) -> Offer:
    address = without(query, "as", "part")
    address["as"] = key
    name, what = OFFERED[key]
    return Offer(key, name, what, exports.prospect(formats.get(key), drafts), f"?{address.urlencode()}#export-format")
