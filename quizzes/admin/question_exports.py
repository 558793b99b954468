"""The page that takes questions away as a file: from the list, a search, ticked ones, a topic, a quiz, a unit."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from quizzes import clock, formats, limits
from quizzes.admin.parts import AdminPart
from quizzes.admin.scope import person, seen
from quizzes.errors import QuizError
from quizzes.models import Question, Quiz, QuizItem, Topic, Unit
from quizzes.services import exports, linting

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


class QuestionExports(AdminPart):
    """Mixed into the question's ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.export_view)
        own = [path("export/", self.admin_site.admin_view(view), name="quizzes_question_export")]
        return own + super().get_urls()

    @admin.action(description=gettext_lazy("Export the selected questions…"))
    def export(self, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse | None:
        """To the page; all that match go by what was searched for, ticked ones by their numbers."""
        address = reverse("admin:quizzes_question_export")
        if request.POST.get("select_across") == "1":
            return redirect(f"{address}?{request.GET.urlencode()}")
        pks = list(queryset.values_list("pk", flat=True)[: MOST_TICKED + 1])
        if len(pks) > MOST_TICKED:
            self.message_user(request, _("Tick at most %(n)d questions.") % {"n": MOST_TICKED}, messages.ERROR)
            return None
        return redirect(f"{address}?questions={','.join(map(str, pks))}")

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """What each format carries of these questions; posted, the file."""
        now, selection = clock.now(), self.selected(request)
        chosen = request.GET.get("as", "json")
        if chosen not in OFFERED:
            raise Http404
        try:
            drafts = exports.take(selection.questions, actor=person(request), now=now)
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect(selection.back)
        if request.method == "POST" and drafts:
            return self.downloaded(request, selection, exports.prospect(formats.get(chosen), drafts))
        offers = [offer(key, drafts, request.GET) for key in OFFERED]
        context = {
            "title": _("Export questions"),
            "selection": selection,
            "count": len(drafts),
            "missing": selection.questions.count() - len(drafts),
            "offers": offers,
            "chosen": next(one for one in offers if one.key == chosen),
        }
        return TemplateResponse(request, "admin/quizzes/question/export.html", context)

    def downloaded(self, request: HttpRequest, selection: Selection, found: exports.Prospect) -> HttpResponse:
        limits.take(request, "export_questions", words=_("You have exported many files."))
        now = clock.now()
        is_alone = "alone" in request.POST
        made = exports.file_of(found, title=selection.title, day=now.date(), is_alone=is_alone, quiz=selection.quiz)
        exports.log(found.drafts, found.format, actor=person(request), now=now)
        header = content_disposition_header(as_attachment=True, filename=made.name) or "attachment"
        return HttpResponse(made.data, content_type=made.media_type, headers={"Content-Disposition": header})

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
        asked.GET = without(request.GET, "as")  # type: ignore[assignment]
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


def number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def without(query: QueryDict, *names: str) -> QueryDict:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def offer(key: str, drafts: Sequence[exports.QuestionDraft], query: QueryDict) -> Offer:
    address = without(query, "as")
    address["as"] = key
    name, what = OFFERED[key]
    return Offer(key, name, what, exports.prospect(formats.get(key), drafts), f"?{address.urlencode()}#export-format")
