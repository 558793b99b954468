"""The engine driven at random against the model: two students, an instructor, a sweeper, a clock, a bad network.

A connection that drops before the commit leaves nothing; one that drops after it leaves everything and the client does
not know. Any former request may come again at any time. After each step the rows are compared with the model, and with
the invariants I1 to I6.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from unittest import mock

from django.db import OperationalError, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from quizzes.errors import AttemptClosed, BadAnswer, NoAttemptsLeft, QuizError, StaleAnswer
from quizzes.models import Attempt, Quiz, User
from quizzes.services import attempts, deadlines, events, grading
from quizzes.services.attempts import answers
from tests import factories, saving
from tests.stateful.model import GRACE, ModelAttempt, ModelLearner

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMIT = timedelta(minutes=40)
QUESTIONS, ALLOWED = 2, 3
MS = timedelta(milliseconds=1)
NO_ANSWER: dict[str, list[str]] = {}

students = st.integers(0, 1)
slots = st.integers(1, QUESTIONS)
responses = st.sampled_from([0, 1, 2, None])
steps = st.sampled_from([0, 1, 999, 1000, 4999, 5000, 5001, 60_000, 600_000, 2_400_000, 3_000_000])  # ms


class Dropped(Exception):
    """The connection is gone before the commit."""


class AttemptMachine(RuleBasedStateMachine):
    """Rows are committed and never deleted: each example makes its own people, so that none sees another's."""

    quizzes: dict[str, Quiz] = {}
    numbers = count(1)

    @classmethod
    def quiz(cls) -> Quiz:
        """One quiz for all examples of a database."""
        found = Quiz.objects.filter(slug="stateful").first()
        return found or factories.quiz(QUESTIONS, slug="stateful", time_limit=40, attempts_allowed=ALLOWED)

    @initialize()
    def begin(self) -> None:
        self.exam = self.quiz()
        self.now = START
        self.people = [factories.user(f"student-{next(self.numbers)}") for _place in range(2)]
        self.boss = User.objects.filter(username="boss").first() or factories.user("boss", is_staff=True)
        self.models = [ModelLearner(), ModelLearner()]
        self.rows: list[list[int]] = [[], []]
        self.sent: list[tuple[int, int, int, int | None, int]] = []  # requests for a replay
        self.ended: dict[int, tuple[Any, ...]] = {}  # what closed attempts looked like
        for who in range(2):
            self.start(who, dropped=False)

    # Requests -----------------------------------------------------------------------------------------------------

    @rule(who=students, dropped=st.booleans())
    def start(self, who: int, dropped: bool) -> None:
        model = self.models[who]
        if dropped:  # before the commit: a new attempt leaves no trace
            if model.open is None and len(model.attempts) < ALLOWED:
                self.drop(lambda: attempts.start(self.people[who], self.exam, now=self.now), at="start")
            return
        if model.open:
            model.open.look(self.now)
        if model.open is None and len(model.attempts) >= ALLOWED:
            assert self.refusal(lambda: attempts.start(self.people[who], self.exam, now=self.now)) is NoAttemptsLeft
            return
        row = attempts.start(self.people[who], self.exam, now=self.now)
        if model.open is None:
            model.attempts.append(ModelAttempt(self.now, self.now + LIMIT, QUESTIONS))
            self.rows[who].append(row.pk)
        assert row.pk == self.rows[who][-1]

    @rule(
        who=students,
        slot=slots,
        response=responses,
        step=st.integers(1, 3),
        fate=st.sampled_from(["ok", "ok", "ok", "before", "after"]),
    )
    def save(self, who: int, slot: int, response: int | None, step: int, fate: str) -> None:
        if not self.rows[who]:
            return
        model = self.models[who].attempts[-1]
        revision = max(1, model.answers.get(slot, (0, None))[0] + step)
        request = (who, len(self.rows[who]) - 1, slot, response, revision)
        self.sent.append(request)
        if fate == "before":  # the process dies inside the statement
            with mock.patch.object(answers, "_guarded_update", self.dies_inside(answers._guarded_update)):
                assert self.post(request) == "Dropped"
            return
        outcome = self.post(request)
        expected = model.save(slot, response, revision, self.now)
        if fate == "ok":
            assert outcome == expected
        # "after": the reply is lost; the client sends it again, now or later, and must get the same word
        if fate == "after" and expected == "acknowledged":
            assert self.post(request) == model.save(slot, response, revision, self.now) == "acknowledged"

    @rule(who=students, slot=slots, response=responses, step=st.integers(-1, 0))
    def save_from_a_stale_tab(self, who: int, slot: int, response: int | None, step: int) -> None:
        self.save(who, slot, response, step, "ok")

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        who, number, slot, response, revision = request = data.draw(st.sampled_from(self.sent))
        expected = self.models[who].attempts[number].save(slot, response, revision, self.now)
        assert self.post(request) == expected

    @rule(who=students, slot=slots)
    def save_into_the_others_attempt(self, who: int, slot: int) -> None:
        if self.rows[1 - who]:
            pk = self.rows[1 - who][-1]
            assert (
                self.word(
                    lambda: saving.save(pk, self.people[who], slot=slot, fields=NO_ANSWER, revision=10**6, now=self.now)
                )
                == "NotFound"
            )

    @rule(who=students, fate=st.sampled_from(["ok", "ok", "twice", "before", "ungraded"]))
    def submit(self, who: int, fate: str) -> None:
        if not self.rows[who]:
            return
        pk, model = self.rows[who][-1], self.models[who].attempts[-1]
        if fate == "before":
            if model.is_open:
                self.drop(lambda: attempts.submit(Attempt.objects.get(pk=pk), now=self.now), at="close")
            return
        seen = Attempt.objects.get(pk=pk)
        if fate == "ungraded" and model.is_open:  # the process dies between closing and grading; the sweep repairs it
            with (
                mock.patch.object(grading, "_grade_once", side_effect=RuntimeError("crash")),
                mock.patch.object(grading.log, "exception"),
            ):
                attempts.submit(Attempt.objects.get(pk=pk), now=self.now)
            assert Attempt.objects.get(pk=pk).status == "submitted"
            attempts.close_overdue(now=self.now)
            self.sweep_models()
        else:
            attempts.submit(Attempt.objects.get(pk=pk), now=self.now)
        model.submit(self.now)
        if fate == "twice":
            attempts.submit(seen, now=self.now)  # from a page that was loaded before

    @rule(who=students)
    def look(self, who: int) -> None:
        if self.rows[who]:
            row = Attempt.objects.get(pk=self.rows[who][-1])
            attempts.close_if_overdue(row, now=self.now)
            model = self.models[who].attempts[-1]
            model.look(self.now)
            assert row.is_in_progress == model.is_open

    # Others ---------------------------------------------------------------------------------------------------------

    @rule()
    def sweep(self) -> None:
        attempts.close_overdue(now=self.now)
        self.sweep_models()

    def sweep_models(self) -> None:
        for learner in self.models:
            if learner.open:
                learner.open.look(self.now)

    @rule(who=students, minutes=st.sampled_from([0, 1, 10, 60]))
    def extend(self, who: int, minutes: int) -> None:
        if not self.rows[who]:
            return
        model, row = self.models[who].attempts[-1], Attempt.objects.get(pk=self.rows[who][-1])
        due_at = self.now + timedelta(minutes=minutes)
        refused = self.refusal(
            lambda: deadlines.extend(row, due_at=due_at, reason="alarm", actor=self.boss, now=self.now)
        )
        if model.is_open and not model.is_over_at(self.now):
            assert refused is None
            model.due_at = due_at
        else:  # refused as a whole: what it closed on the way is rolled back, a later look closes it
            assert refused is AttemptClosed

    @rule(who=students, minutes=st.sampled_from([0, 10]))
    def reopen(self, who: int, minutes: int) -> None:
        if not self.rows[who]:
            return
        model, row = self.models[who].attempts[-1], Attempt.objects.get(pk=self.rows[who][-1])
        due_at = self.now + timedelta(minutes=minutes)
        refused = self.refusal(
            lambda: deadlines.reopen(row, due_at=due_at, reason="power cut", actor=self.boss, now=self.now)
        )
        if model.is_open or not minutes:
            assert refused is QuizError
            return
        assert refused is None
        model.due_at, model.submitted_at, model.closed_by = due_at, None, ""
        self.ended.pop(row.pk, None)

    @rule(step=steps)
    def tick(self, step: int) -> None:
        self.now += timedelta(milliseconds=step)

    @rule(who=students, shift=st.sampled_from([-1, 0, 1, 4999, 5000, 5001]))
    def wait_for_the_deadline(self, who: int, shift: int) -> None:
        model = self.models[who].open
        if model and model.due_at:
            self.now = max(self.now, model.due_at + timedelta(milliseconds=shift))

    # Ways to fail -----------------------------------------------------------------------------------------------------

    def post(self, request: tuple[int, int, int, int | None, int]) -> str:
        who, number, slot, response, revision = request
        fields = NO_ANSWER if response is None else {"choice": [str(response)]}
        return self.word(
            lambda: saving.save(
                self.rows[who][number], self.people[who], slot=slot, fields=fields, revision=revision, now=self.now
            )
        )

    def word(self, act: Callable[[], Any]) -> str:
        try:
            act()
        except Exception as error:
            return {AttemptClosed: "closed", StaleAnswer: "stale", BadAnswer: "unknown"}.get(
                type(error), type(error).__name__
            )
        return "acknowledged"

    def refusal(self, act: Callable[[], Any]) -> type[Exception] | None:
        try:
            act()
        except (QuizError, OperationalError, Dropped) as error:
            return type(error)
        return None

    def drop(self, act: Callable[[], Any], *, at: str) -> None:
        """Lose the connection inside a transaction: the event is its last statement, and never comes."""
        with mock.patch.object(events, "record", side_effect=Dropped(at)):
            assert self.refusal(act) is Dropped

    def dies_inside(self, statement: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any) -> Any:
            with transaction.atomic():
                statement(*args)
                raise Dropped

        return dying

    # What must hold ---------------------------------------------------------------------------------------------------

    @invariant()
    def rows_are_what_the_model_says(self) -> None:
        for who, learner in enumerate(self.models):
            rows = list(Attempt.objects.filter(learner=self.people[who]).order_by("number"))
            assert [row.pk for row in rows] == self.rows[who]  # I2: no gap, no double
            assert [row.number for row in rows] == list(range(1, len(rows) + 1))
            assert sum(row.is_in_progress for row in rows) <= 1
            for row, model in zip(rows, learner.attempts, strict=True):
                self.compare(row, model)

    def compare(self, row: Attempt, model: ModelAttempt) -> None:
        assert row.is_in_progress == model.is_open
        assert (row.started_at, row.due_at, row.submitted_at) == (model.started_at, model.due_at, model.submitted_at)
        assert row.closed_by == model.closed_by
        answers = list(
            row.answers.order_by("slot").values_list("slot", "revision", "response", "saved_at", "late_by_ms")
        )
        kept = {slot: (revision, response) for slot, revision, response, *_rest in answers if revision}
        assert kept == model.answers  # I1
        for _slot, _revision, _response, saved_at, late_by_ms in answers:
            assert late_by_ms <= GRACE / MS  # I3
            assert saved_at is None or model.due_at is None or late_by_ms or saved_at <= max(model.due_at, self.now)
        kinds = list(row.events.values_list("kind", flat=True))
        assert kinds.count("saved") == model.saves  # I12
        assert kinds.count("submitted") + kinds.count("closed") == model.closings
        assert kinds.count("graded") == model.gradings
        if not row.is_in_progress:
            assert (row.status, row.marks, row.max_marks) == ("graded", Decimal(model.marks), Decimal(QUESTIONS))  # I5
            ended = (row.marks, row.submitted_at, answers, len(kinds))
            assert self.ended.setdefault(row.pk, ended) == ended  # I4
