"""How draw rules find questions: those that fit, the ones not met first, and wider cells where one is too small.

A rule takes questions the learner has not met first, then those met least often, at random among equals. Where too few
match, a rule that fills up is widened step by step (Bloom level, difficulty, type, tag, topic) and says so; another one
asks fewer. Questions that give each other away (enemies) stand in one paper only where the number could not be had
otherwise. The database filters and cuts: what a start reads does not grow with the bank.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Never

from django.db.models import Count, Max, Min, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from quizzes.entitlements import HeldExam, Secrecy
from quizzes.models import Answer, Question, QuestionSource, QuizItem, User
from quizzes.models.bank import QuestionQuerySet
from quizzes.models.draw_cells import drawn_by
from quizzes.models.quizzes import Preset

WIDENING = ("bloom", "difficulty", "type", "tag", "topic", "source")
SPARE = 8
TRIES = 8  # papers drawn until one has no enemies; nearly always the first
LARGE_BANK = 2_000  # questions from which on a rule looks at random keys first, at so many times those it looks at
SAMPLED = 8
Phrase = tuple[int, int, str]  # source, paragraph, evidence


@dataclass(frozen=True)
class Purpose:
    """What questions are drawn for: an exam may ask everything; all else nothing that is kept for exams, or secret."""

    preset: str
    secrecy: Secrecy
    is_preview: bool = False  # for those who write the quiz: with drafts, and without what is secret for them

    @property
    def is_exam(self) -> bool:
        return self.preset == Preset.EXAM

    @property
    def may_be_short(self) -> bool:
        """Whether it goes on with fewer questions; what is graded asks the same of everybody."""
        return self.is_preview or self.preset == Preset.PRACTICE

    @property
    def holds_nothing_back(self) -> bool:
        """Whether even what is secret is asked: only where it is the exam itself."""
        return self.is_exam and not self.is_preview

    def may_ask(self, questions: QuestionQuerySet) -> QuestionQuerySet:
        """Return those of the questions that it may ask."""
        if not self.is_exam:
            questions = questions.filter(is_kept_for_exams=False)
        elif self.holds_nothing_back:
            return questions
        return self.secrecy.without_secret(questions)


@dataclass(frozen=True)
class Shortage:
    """So many questions of a rule are missing, because these exams keep some of its cell secret."""

    missing: int
    exams: Collection[HeldExam]


@dataclass(frozen=True)
class Candidate:
    """A question that a rule may take, with its ready version, the phrases it rests on and its enemies."""

    question: int
    version: int
    evidence: Set[Phrase] = frozenset()
    enemies: Set[int] = frozenset()


class Drawing:
    """Rules that draw for one attempt: no question twice, no enemies, and no two that rest on one phrase.

    Without a random generator it is a trial: the same questions at every look, in the order of the bank.
    """

    def __init__(
        self,
        fixed: Collection[int],
        *,
        learner: User | None = None,
        rng: random.Random | None = None,
        purpose: Purpose,
    ) -> None:
        self.purpose = purpose
        self.short: list[Shortage] = []
        self.missing = 0  # questions that are not there, for other reasons than an exam
        self.used = set(fixed)
        self.phrases = {phrase for phrases in evidence_of(fixed).values() for phrase in phrases}
        self.learner, self.rng = learner, rng
        self._whole: dict[object, list[Candidate]] = {}

    def cells(self, rules: Collection[QuizItem], *, whole: bool = False) -> list[list[Candidate]]:
        """Return the candidates of each rule, all of them or as many as it looks at first; equal rules share a query."""
        shared: dict[object, list[Candidate]] = {}
        for rule in rules:
            key = (_conditions(rule), rule.draw_count)
            if key not in shared:
                shared[key] = self.cell(rule, limit=None if whole else enough_for(rule))
        return self.with_evidence([shared[_conditions(rule), rule.draw_count] for rule in rules])

    def take_all(
        self, rules: Sequence[QuizItem], cells: Sequence[list[Candidate]]
    ) -> Iterator[tuple[int, list[Candidate], list[str]]]:
        """Yield the place of each rule, what it takes, and a note where it was widened.

        Small cells go first. Where that leaves two enemies in the paper, the rules concerned go first at another try.
        """
        order = [place for place, _cell in sorted(enumerate(cells), key=lambda row: len(row[1]))]
        looked_at = [list(cell) for cell in cells]
        used, phrases = frozenset(self.used), frozenset(self.phrases)
        taken: dict[int, tuple[list[Candidate], list[str]]] = {}
        for _try in range(TRIES):
            self.used, self.phrases, self.short, self.missing = set(used), set(phrases), [], 0
            taken = {place: self._take_by(rules[place], looked_at[place]) for place in order}
            at_odds = {
                place for place, (candidates, _notes) in taken.items() if any(map(self._has_enemies, candidates))
            }
            if not at_odds:
                break
            order.sort(key=lambda place: place not in at_odds)
            for place in at_odds:  # those that met an enemy wait for the others of their cell
                met = {candidate.question for candidate in filter(self._has_enemies, taken[place][0])}
                looked_at[place].sort(key=lambda candidate: candidate.question in met)
        for place in order:
            yield place, *taken[place]

    def _take_by(self, rule: QuizItem, cell: list[Candidate]) -> tuple[list[Candidate], list[str]]:
        """Return what a rule takes out of the candidates it looks at first, or out of more; and notes on that."""
        is_cut = len(cell) >= enough_for(rule)
        taken = self.take(cell, rule.draw_count or 0, has_more=is_cut)
        return self.fill_up(rule, taken, is_cut=is_cut)

    def fill_up(self, rule: QuizItem, taken: list[Candidate], *, is_cut: bool) -> tuple[list[Candidate], list[str]]:
        """Take what is missing: the rest of the cell where it was cut; then, by a rule that fills up, from wider and
        wider ones. Either is noted.

        A cell is not widened in place of questions that are secret now: other questions would be another quiz.
        """
        wanted, notes = rule.draw_count or 0, []
        is_secret = False
        for step in range(0 if is_cut else 1, len(WIDENING) + 1):
            if len(taken) == wanted:
                break
            if step == 1:
                if secret := self.secret_in(rule):
                    self.short.append(Shortage(wanted - len(taken), secret))
                    is_secret = True
                    break
                notes.append(_noted(rule, number=len(taken)))
                if not rule.fills_up:
                    break
            cell = self.whole_cell(rule, ignoring=WIDENING[:step])
            taken = taken + self.take(cell, wanted - len(taken))
        self.missing += 0 if is_secret else wanted - len(taken)
        return taken, notes

    def whole_cell(self, rule: QuizItem, *, ignoring: Collection[str]) -> list[Candidate]:
        """Return all candidates of a rule with their evidence; rules that widen to the same cell share its queries."""
        key = _conditions(rule, ignoring)
        if key not in self._whole:
            [self._whole[key]] = self.with_evidence([self.cell(rule, ignoring=ignoring)])
        return self._whole[key]

    def take(self, candidates: Iterable[Candidate], wanted: int, *, has_more: bool = False) -> list[Candidate]:
        """Take as many as wanted: without enemies and repeated phrases, then without enemies, then whatever is left.

        What is left comes only where the cell has no more candidates than these.
        """
        taken: list[Candidate] = []
        for clashes in (self._clashes, self._has_enemies, None)[: 2 if has_more else 3]:
            for candidate in candidates:
                if len(taken) == wanted:
                    break
                if candidate.question not in self.used and not (clashes and clashes(candidate)):
                    taken.append(candidate)
                    self.used.add(candidate.question)
                    self.phrases |= candidate.evidence
        return taken

    def _has_enemies(self, candidate: Candidate) -> bool:
        return bool(candidate.enemies & self.used)

    def _clashes(self, candidate: Candidate) -> bool:
        return self._has_enemies(candidate) or bool(candidate.evidence & self.phrases)

    def cell(self, rule: QuizItem, *, ignoring: Collection[str] = (), limit: int | None = None) -> list[Candidate]:
        """Return candidates of a rule, at most `limit`: first those not met, then those met least (1 to 3 queries)."""
        questions = self.purpose.may_ask(drawn_by(rule, ignoring=ignoring))
        if limit is not None:  # what is asked already must not take the places of others
            questions = questions.exclude(pk__in=self.used)
        rows = questions.order_by("?" if self.rng else "pk").values_list("pk", "versions")
        if self.learner is None:
            return [Candidate(*row) for row in rows[:limit]]
        met_questions = Answer.objects.filter(attempt__learner=self.learner).values("version__question")
        new = rows.exclude(pk__in=met_questions)
        if limit is not None and len(candidates := self.sampled(new, limit)) == limit:
            return candidates
        candidates = [Candidate(*row) for row in new[:limit]]
        if limit is None or len(candidates) < limit:
            again = [Candidate(*row) for row in rows.filter(pk__in=met_questions)]
            candidates += sorted(again, key=lambda candidate: self.times_met[candidate.question])
        return candidates[:limit]

    def secret_in(self, rule: QuizItem) -> Collection[HeldExam]:
        """Return the exams that keep questions of the rule's cell secret (1 query, none where no exam is held)."""
        return () if self.purpose.holds_nothing_back else self.purpose.secrecy.among(drawn_by(rule)).values()

    def sampled(self, rows: QuerySet[Any, Any], limit: int) -> list[Candidate]:
        """Return up to `limit` candidates out of a random sample of a large bank; none in a small one (1 query or none).

        To sort a large cell at random, the database reads all of it. Among random keys, a large cell has enough.
        """
        first, last = self.keys
        if self.rng is None or last - first < LARGE_BANK:
            return []
        keys = self.rng.sample(range(first, last + 1), k=SAMPLED * limit)
        return [Candidate(*row) for row in rows.filter(pk__in=keys)[:limit]]

    @cached_property
    def keys(self) -> tuple[int, int]:
        """The lowest and the highest key of the bank (1 query)."""
        ends = Question.objects.aggregate(first=Min("pk"), last=Max("pk"))
        return ends["first"] or 0, ends["last"] or 0

    @cached_property
    def times_met(self) -> Counter[int]:
        """How often the learner was asked each question (1 query)."""
        answers = Answer.objects.filter(attempt__learner=self.learner).order_by().values_list("version__question")
        return Counter(dict(answers.annotate(times=Count("pk"))))

    def with_evidence(self, cells: Collection[list[Candidate]]) -> list[list[Candidate]]:
        """Return the cells with the phrases that their candidates rest on, and their enemies (2 queries)."""
        pks = {candidate.question for cell in cells for candidate in cell}
        evidence, enemies, none = evidence_of(pks), enemies_of(pks), frozenset[Never]()
        return [
            [
                replace(one, evidence=evidence.get(one.question, none), enemies=enemies.get(one.question, none))
                for one in cell
            ]
            for cell in cells
        ]


def enough_for(rule: QuizItem) -> int:
    """Return how many candidates a rule looks at first: other rules take some, others rest on a phrase that is asked
    already."""
    return 2 * (rule.draw_count or 0) + SPARE


def _conditions(rule: QuizItem, ignoring: Collection[str] = ()) -> tuple[object, ...]:
    return tuple(None if name in ignoring else getattr(rule, _column(name)) for name in WIDENING)


def _column(name: str) -> str:
    return f"{name}_id" if name in ("topic", "source", "tag") else name


def evidence_of(questions: Collection[int]) -> dict[int, Set[Phrase]]:
    """Return the phrases that the questions rest on (1 query, none for no question)."""
    evidence: defaultdict[int, set[Phrase]] = defaultdict(set)
    if questions:
        places = QuestionSource.objects.filter(question__in=questions).exclude(evidence="").order_by()
        for question, source, paragraph, phrase in places.values_list("question", "source", "paragraph", "evidence"):
            evidence[question].add((source, paragraph, phrase.casefold()))
    return dict(evidence)


def enemies_of(questions: Collection[int]) -> dict[int, Set[int]]:
    """Return the enemies of the questions (1 query, none for no question)."""
    enemies: defaultdict[int, set[int]] = defaultdict(set)
    if questions:
        pairs = Question.enemies.through.objects.filter(from_question__in=questions).order_by()
        for question, enemy in pairs.values_list("from_question", "to_question"):
            enemies[question].add(enemy)
    return dict(enemies)


def _noted(rule: QuizItem, *, number: int) -> str:
    words = {"position": rule.position, "wanted": rule.draw_count, "found": number}
    if not rule.fills_up:
        return _("Row %(position)d asks for %(wanted)d questions and only %(found)d match.") % words
    return (
        _("Row %(position)d asks for %(wanted)d questions and only %(found)d match; the rest come from other topics.")
        % words
    )
