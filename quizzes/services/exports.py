"""Questions taken away as a file: what a format cannot carry of exactly these, before and in the file.

taken = exports.take(questions, actor=actor, now=now)
prospect = exports.prospect(formats.get("gift"), taken.drafts)     # before
made = exports.file_of(prospect, title="Organs", day=day)          # with the same words in it

More than a file of the format holds go out in parts.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import entitlements
from quizzes.errors import QuizError
from quizzes.formats import native_json
from quizzes.formats.base import Format, Issue, QuestionDraft
from quizzes.formats.texts import one_line
from quizzes.formats.xml_writer import REPORT, WHEN
from quizzes.markup import plain
from quizzes.models import Question, Quiz, Source, User
from quizzes.question_types import normalized
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import cases, exchange, quiz_files, source_files

MOST = 20_000  # questions in all parts together
SHOWN = 20  # on a page
NAMED = 200  # questions of one sentence in a report; the rest is counted


@dataclass(frozen=True)
class Loss:
    """A sentence on what a format cannot carry, and the questions that it is true of."""

    sentence: str
    questions: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.questions)

    @property
    def first(self) -> tuple[str, ...]:
        """Those that a page names; `more` are there next to them."""
        return self.questions[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, self.count - SHOWN)


@dataclass(frozen=True)
class Prospect:
    """What becomes of the questions in a format: how many are in the file, which are not, what the others lose."""

    format: Format
    drafts: Sequence[QuestionDraft]
    left_out: tuple[Loss, ...]
    lost: tuple[Loss, ...]

    @property
    def carried(self) -> int:
        return len(self.drafts) - sum(loss.count for loss in self.left_out)

    @property
    def is_in_file(self) -> bool:
        """Whether a report has a place in the file itself."""
        return self.format.has_place_for_report

    @property
    def loses_something(self) -> bool:
        return bool(self.left_out or self.lost)


@dataclass(frozen=True)
class File:
    """A file to download."""

    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True)
class Taken:
    """The questions of one part, and how many the person may take in all parts."""

    drafts: Sequence[QuestionDraft]
    count: int
    part: int = 1
    parts: int = 1

    def titled(self, title: str) -> str:
        """Return what this part is called."""
        if self.parts == 1:
            return title
        words = {"title": Truncator(title).chars(40), "n": self.part, "all": self.parts}
        return _("%(title)s, part %(n)d of %(all)d") % words


def take(
    questions: QuerySet[Question], *, actor: User, now: datetime, part: int = 1, size: int = Format.most_in_file
) -> Taken:
    """Return what the actor may take of the questions, as it is published, or their own draft; refuse too many.

    What an exam asks that they take themselves is secret. `where` of each is its number and the beginning of its stem.
    Sources come along as far as the actor may see them.
    """
    mine = entitlements.secrecy_of(actor, now=now).without_secret(Question.objects.copied_by(actor))
    rows = questions.filter(pk__in=mine.order_by().values("pk"))
    count = rows.count()
    if count > MOST:
        raise QuizError(_("At most %(most)d questions leave at a time; choose fewer.") % {"most": MOST})
    parts = max(1, -(-count // size))
    part = min(max(part, 1), parts)
    start = (part - 1) * size
    some = exchange.export(rows[start : start + size])
    found = [draft for draft in some if _is_sound(draft)]
    seen = set(Source.objects.visible_to(actor).values_list("slug", flat=True))
    drafts = [_named(number, draft, seen) for number, draft in enumerate(found, start + 1)]
    left = min(size, count - start) - len(drafts)
    return Taken(drafts, count - left, part, parts)


def _is_sound(draft: QuestionDraft) -> bool:
    """Return whether the content is as its type has it today: a writer relies on that."""
    try:
        normalized(draft.type, draft.spec)
    except InvalidSpec:
        return False
    return True


def _named(number: int, draft: QuestionDraft, seen: set[str]) -> QuestionDraft:
    stem = Truncator(one_line(plain(draft.spec["stem"]))).chars(80)
    places = tuple(place for place in draft.sources if place.document in seen)
    return replace(draft, sources=places, where=f"{number}. {stem}")


def prospect(format: Format, drafts: Sequence[QuestionDraft]) -> Prospect:
    """Return what a file of this format would hold of the questions, and what it would not."""
    if format.key != "json":
        drafts = cases.put_into_stems(drafts)
    issues = format.losses(drafts)
    return Prospect(
        format,
        drafts,
        _gathered(issue for issue in issues if not issue.is_note),
        _gathered(issue for issue in issues if issue.is_note),
    )


def _gathered(issues: Iterable[Issue]) -> tuple[Loss, ...]:
    """Return each sentence once, with its questions; what is true of the most first."""
    questions: dict[str, list[str]] = {}
    for issue in issues:
        questions.setdefault(issue.message, []).append(issue.where)
    losses = [Loss(sentence, tuple(where)) for sentence, where in questions.items()]
    return tuple(sorted(losses, key=lambda loss: -loss.count))


def report(found: Prospect, *, title: str, day: date) -> str:
    """Return the text that goes with a file."""
    words = {"title": title, "day": day.isoformat(), "format": found.format.name}
    lines = [_("%(title)s, from Quizsite on %(day)s as %(format)s.") % words]
    many = len(found.drafts)
    counts = ngettext("%(n)d of %(all)d question is in it.", "%(n)d of %(all)d questions are in it.", many)
    lines.append(counts % {"n": found.carried, "all": many})
    for heading, losses in ((_("Left out:"), found.left_out), (_("What the others lose:"), found.lost)):
        if losses:
            lines += ["", heading]
        for loss in losses:
            lines.append(f"- {loss.sentence} ({loss.count})")
            lines += [f"    {where}" for where in loss.questions[:NAMED]]
            lines += ["    …"] if loss.count > NAMED else []
    return "\n".join(lines) + "\n"


def file_of(found: Prospect, *, title: str, day: date, is_alone: bool = False, quiz: Quiz | None = None) -> File:
    """Return the file; what it lost stands in it, or in a second file next to it unless it `is_alone`.

    Our own form has the quiz as well, where the questions are those of one.
    """
    one = found.format
    data, stem = _written(found, quiz), f"{slugify(title)[:60] or 'questions'}-{day.isoformat()}"
    name = f"{stem}{one.extension}"
    if not found.loses_something:
        return File(name, data, one.media_type)
    text = report(found, title=title, day=day)
    if found.is_in_file:
        return File(name, one.with_report(data, text), one.media_type)
    if is_alone:
        return File(name, data, one.media_type)
    return File(f"{stem}.zip", _zipped({name: data, REPORT: text.encode()}), "application/zip")


def _written(found: Prospect, quiz: Quiz | None) -> bytes:
    if found.format.key != "json":
        return found.format.write(found.drafts)
    part = quiz_files.part_of(quiz, [draft.id for draft in found.drafts]) if quiz else None
    slugs = {place.document for draft in found.drafts for place in draft.sources}
    return native_json.written(found.drafts, part, source_files.parts_of(slugs))


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, WHEN), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def log(drafts: Sequence[QuestionDraft], format: Format, *, actor: User, now: datetime) -> None:
    """Write in the history of what is not the actor's own, and of what is kept for exams, that it was taken away."""
    keys = [draft.id for draft in drafts]
    is_telling = ~Q(owner=None) & ~Q(owner=actor) | Q(is_kept_for_exams=True)
    rows = Question.objects.filter(is_telling, uuid__in=keys)
    if rows:
        text = _("Exported as %(format)s.") % {"format": format.name}
        LogEntry.objects.log_actions(actor.pk, rows, CHANGE, text)
