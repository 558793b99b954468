"""The linter on the bank: reads questions and sources, hands values to the rules. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import lint, question_types
from quizzes.formats.base import QuestionDraft
from quizzes.json_types import JSONObject
from quizzes.lint.base import ERROR, Context, Finding
from quizzes.lint.fingerprints import Paragraph
from quizzes.lint.items import Citation, Item
from quizzes.models import Question, QuestionVersion, Quiz, Source
from quizzes.models.bank import QuestionQuerySet
from quizzes.models.draw_cells import drawn_by
from quizzes.question_types.base import Spec
from quizzes.question_types.faults import InvalidSpec

WHY_VALID = gettext_lazy("Content that its type refuses can be neither shown nor marked.")
HOW_VALID = gettext_lazy("Open the question, fix it there, and publish it again.")
Status = QuestionVersion.Status


@dataclass(frozen=True)
class BankReport:
    """What was found in a bank or a quiz: `standing` without, `findings` with what authors acknowledged."""

    count: int  # questions looked at
    findings: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    stems: Mapping[str, str]  # by id, to recognise the questions

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.standing if finding.is_error]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.standing if not finding.is_error]

    @property
    def acknowledged_count(self) -> int:
        return len(self.findings) - len(self.standing)


def documents() -> dict[str, tuple[Paragraph, ...]]:
    """Return every source by its slug; one without listed paragraphs has none (1 query)."""
    return {source.slug: tuple(map(paragraph_of, source.paragraphs)) for source in Source.objects.all()}


def paragraph_of(row: JSONObject) -> Paragraph:
    return Paragraph(row["number"], row.get("words", 0), tuple(row.get("pairs", "").split()), row.get("heading", ""))


def item_of(question: Question, spec: Spec, enemies: frozenset[str] = frozenset()) -> Item:
    """Return a question as the rules see it, with this content."""
    return Item(
        id=str(question.uuid),
        type=question.type,
        spec=spec,
        topic=question.topic.slug if question.topic else "",
        difficulty=question.difficulty,
        bloom=question.bloom,
        places=tuple(Citation(row.source.slug, row.paragraph, row.evidence) for row in question.places.all()),
        tags=tuple(tag.slug for tag in question.tags.all()),
        enemies=enemies,
    )


def asked_version(question: Question) -> QuestionVersion | None:
    """Return the published version, else the draft; without a query where versions are prefetched."""
    versions = {version.status: version for version in question.versions.all()}
    return versions.get(Status.READY) or versions.get(Status.DRAFT)


def _gathered(questions: QuerySet[Question]) -> tuple[list[Item], list[Finding]]:
    items: list[Item] = []
    findings: list[Finding] = []
    for question in questions.select_related("topic").prefetch_related("versions", "places__source", "tags", "enemies"):
        version = asked_version(question)
        if version is None:
            continue
        try:
            enemies = frozenset(str(enemy.uuid) for enemy in question.enemies.all())
            items.append(item_of(question, question.kind.spec(version.spec), enemies))
        except InvalidSpec as error:
            findings += [invalid(str(question.uuid), fault.where, fault.what) for fault in error.faults]
    return items, findings


def invalid(item: str, where: str, what: str) -> Finding:
    return Finding("spec", ERROR, where, what, str(WHY_VALID), str(HOW_VALID), item)


def check_question(question: Question, spec: Spec) -> list[Finding]:
    """Return what the item rules find in a question with this content; for what still stands see `outstanding`."""
    return lint.check_item(item_of(question, spec), Context(documents()))


def outstanding(question: Question, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without the warnings that the question's author acknowledged."""
    return lint.outstanding(findings, question.acknowledged)


def check_drafts(drafts: Sequence[QuestionDraft], context: Context | None = None) -> list[list[Finding]]:
    """Return what the item rules find in each draft of an import that still stands, in the order given (1 query
    without the context)."""
    context = context or Context(documents())
    items = []
    for draft in drafts:
        acknowledged = [{"rule": one.rule, "reason": one.reason} for one in draft.acknowledged]
        items.append(lint.outstanding(lint.check_item(item_of_draft(draft), context), acknowledged))
    return items


def item_of_draft(draft: QuestionDraft) -> Item:
    return Item(
        id=draft.id or "",
        type=draft.type,
        spec=question_types.get(draft.type).spec(draft.spec),
        topic=draft.topic,
        difficulty=draft.difficulty,
        bloom=draft.bloom,
        places=tuple(Citation(source.document, source.paragraph, source.evidence) for source in draft.sources),
        tags=draft.tags,
    )


def questions_of(quiz: Quiz) -> QuestionQuerySet:
    """Return every question that a quiz has or may draw."""
    questions = Question.objects.live().filter(items__quiz=quiz)
    ids = set(questions.values_list("pk", flat=True))
    for rule in quiz.items.filter(question=None):
        ids.update(drawn_by(rule).values_list("pk", flat=True))
    return Question.objects.filter(pk__in=ids)


def check_bank(quiz: Quiz | None = None, *, blueprint: Mapping[str, Mapping[str, float]] | None = None) -> BankReport:
    """Return what both kinds of rules find in all questions, or in those that a quiz asks or may draw."""
    questions = questions_of(quiz) if quiz else Question.objects.live()
    items, findings = _gathered(questions)
    context = Context(documents(), blueprint or {}, is_whole=quiz is None, quizzes=_descriptions(quiz))
    for item in items:
        findings += lint.check_item(item, context)
    findings += lint.check_bank(items, context)
    findings.sort(key=lambda finding: not finding.is_error)
    accepted = {str(key): rows for key, rows in questions.values_list("uuid", "acknowledged")}
    standing = [one for one in findings if lint.outstanding([one], accepted.get(one.item, []))]
    stems = {item.id: item.stem for item in items}
    return BankReport(len(items), tuple(findings), tuple(standing), stems)


def _descriptions(quiz: Quiz | None) -> dict[str, str]:
    """Return what is said of the quiz, or of all that are published, before it begins (1 query)."""
    quizzes = Quiz.objects.filter(pk=quiz.pk) if quiz else Quiz.objects.published()
    return {row.title: f"{row.title}. {row.description}" for row in quizzes.only("title", "description")}


def blueprint_faults(value: object) -> str:
    """Return what keeps a value from being a blueprint, as a sentence; empty when it is one."""
    if not isinstance(value, dict) or not all(isinstance(part, dict) for part in value.values()):
        return _('A blueprint is an object of objects, such as {"type": {"single_choice": 50}}.')
    for name, part in value.items():
        for key, figure in part.items():
            if isinstance(figure, bool) or not isinstance(figure, int | float) or figure < 0:
                return _("“%(name)s”, “%(key)s”: a number from 0 is expected.") % {"name": name, "key": key}
    return ""
