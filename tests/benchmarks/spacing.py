"""The review deck against Leitner's boxes, on made-up learners: how much is remembered, for how many answers.

    python -m tests.benchmarks.spacing [--seeds 20] [--days 60] [--cap 40]

A learner misses ten questions a day, and each evening reviews what is due, at most `cap` questions, what is new last. Their
memory of a question is exponential: after t days it is there with probability 0.9 ** (t / stability). The stability of a
question is log-normal at first; remembering makes it grow, the more the longer it was not asked, and forgetting makes it
shrink. Neither scheduler knows any of that: it sees right and wrong. The boxes are of 1, 2, 4, 8 and 16 days: right is the
next box, wrong is the first. The deck asks what was forgotten the next day; "twice" is a learner who has it asked again on the
same day each time.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import fmean

from quizzes import scheduling
from quizzes.scheduling import Grade, Memory

BOXES = (1, 2, 4, 8, 16)
MISSED_A_DAY = 10
RETENTION = 0.9
MEDIAN_DAYS, SPREAD = 3.0, 0.8  # of the log-normal stability
GROWTH, SHRINKAGE, LEAST = 1.0, 0.3, 0.5
BEGIN = datetime(2026, 1, 5, 18, tzinfo=UTC)


@dataclass
class Trace:
    """What one learner keeps of one question."""

    stability: float
    seen_on: int

    def recall(self, day: int) -> float:
        return float(0.9 ** ((day - self.seen_on) / self.stability))

    def answer(self, day: int, luck: random.Random) -> bool:
        """Answer on a day, and see the right answer."""
        is_right = luck.random() < self.recall(day)
        gap = min(1.0, (day - self.seen_on) / self.stability)
        grown = self.stability * (1 + GROWTH * gap)
        self.stability = grown if is_right else max(LEAST, self.stability * SHRINKAGE)
        self.seen_on = day
        return is_right


@dataclass
class Planned:
    """One question as a scheduler keeps it: when it is due, and whatever else (None: it was never asked)."""

    due: int
    kept: object = None


@dataclass(frozen=True)
class Result:
    """Of one learner: answers given, and how likely a question is remembered on an evening, on average."""

    answers: int
    recall: float  # over all evenings, before the review
    at_the_end: float


# Plans a question after an answer (day, right or wrong); returns how many answers that took.
Scheduler = Callable[[Planned, int, bool], int]


def boxes(question: Planned, day: int, is_right: bool) -> int:
    box = min(int(str(question.kept or 0)) + 1, len(BOXES) - 1) if is_right else 0
    question.kept, question.due = box, day + BOXES[box]
    return 1


def deck(question: Planned, day: int, is_right: bool, *, is_today: bool = False) -> int:
    now = BEGIN + timedelta(days=day)
    memory = question.kept if isinstance(question.kept, Memory) else _missed(question.due - 1)
    memory = _reviewed(memory, Grade.GOOD if is_right else Grade.AGAIN, now, is_today)
    if is_again := is_today and not is_right:  # known ten minutes after
        memory = _reviewed(memory, Grade.GOOD, now + timedelta(minutes=10))
    question.kept, question.due = memory, (memory.due_at.date() - BEGIN.date()).days
    return 2 if is_again else 1


def _missed(day: int) -> Memory:
    at = BEGIN + timedelta(days=day)
    return scheduling.missed(at, due_at=at, zone=UTC, retention=RETENTION)


def _reviewed(memory: Memory, grade: Grade, now: datetime, is_today: bool = False) -> Memory:
    return scheduling.reviewed(memory, grade, now=now, zone=UTC, retention=RETENTION, is_today=is_today)


SCHEDULERS: dict[str, Scheduler] = {"boxes": boxes, "deck": deck, "twice": partial(deck, is_today=True)}


def learner(scheduler: Scheduler, seed: int, days: int, cap: int) -> Result:
    """One learner, who misses the same questions and has the same luck with every scheduler."""
    chance = random.Random(seed)
    traces: list[Trace] = []
    planned: list[Planned] = []
    answers, evenings = 0, []
    for day in range(days):
        if traces:
            evenings.append(fmean(trace.recall(day) for trace in traces))
        due = [number for number, question in enumerate(planned) if question.due <= day]
        due.sort(key=lambda number: (planned[number].kept is None, planned[number].due, number))
        for number in due[:cap]:
            luck = random.Random(f"{seed}:{number}:{day}")
            answers += scheduler(planned[number], day, traces[number].answer(day, luck))
        for _number in range(MISSED_A_DAY):
            traces.append(Trace(chance.lognormvariate(0, SPREAD) * MEDIAN_DAYS, day))
            planned.append(Planned(day + 1))
    return Result(answers, fmean(evenings), fmean(trace.recall(days) for trace in traces))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--cap", type=int, default=40)
    given = parser.parse_args()
    print(f"{given.seeds} learners, {given.days} days, {MISSED_A_DAY} missed a day, {given.cap} reviewed at most")
    for name, scheduler in SCHEDULERS.items():
        results = [learner(scheduler, seed, given.days, given.cap) for seed in range(given.seeds)]
        answers, recall, end = (
            fmean(getattr(result, what) for result in results) for what in ("answers", "recall", "at_the_end")
        )
        print(f"{name:6} {answers:6.0f} answers   recall {recall:.3f} on an evening, {end:.3f} at the end")


if __name__ == "__main__":
    main()
