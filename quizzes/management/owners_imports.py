"""The import of a file for one instructor on the command line: the same as in their workshop, where it can be undone too.

run = OwnersImport(user, choices, say=print)
draft = run.read("bank.gift", data, format="", encoding="")
run.show(draft)                      # what would happen
run.write(draft)                     # CommandError where nothing was
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.management.base import CommandError
from django.template.defaultfilters import pluralize

from quizzes import clock, formats
from quizzes.errors import QuizError
from quizzes.formats import encodings
from quizzes.models import ImportDraft, Question, Quiz, User
from quizzes.services import imports

ACTIONS = {
    "new": "new",
    "copy": "copied from a colleague",
    "changed": "changed",
    "there": "there already",
    "refused": "refused",
}


@dataclass(frozen=True)
class OwnersImport:
    """One file for one person. `say` gets each line of what is told."""

    owner: User
    choices: imports.Choices
    say: Callable[[str], object]

    def read(self, name: str, data: bytes, *, format: str, encoding: str) -> ImportDraft:
        """Keep the file and compare it with the bank, slice after slice."""
        now = clock.now()
        try:
            draft = imports.begin(self.owner, name=name, data=data, now=now, format=format, encoding=encoding)
        except QuizError as refusal:
            raise CommandError(str(refusal.message)) from refusal
        while draft.is_in_progress:
            imports.go_on(draft, now=now)
        words = f" in {encodings.CHOICES[draft.encoding]}" if draft.encoding else ""
        self.say(f"Read as {formats.get(draft.format).name}{words}, for {self.owner}.")
        return draft

    def show(self, draft: ImportDraft) -> tuple[int, int]:
        """Say what would happen; returns how many questions would be taken, and how many entries are refused."""
        plan = imports.plan_of(draft)
        counts = [f"{len(plan.of_action(action))} {words}" for action, words in ACTIONS.items() if action != "refused"]
        self.say(f"{', '.join(counts)}, {len(plan.left_out)} refused.")
        for line in plan.of_action("changed"):
            self.say(f"  changed: {line.where}: {', '.join(line.row.reasons)}")
        for issue in plan.left_out:
            self.say(f"  refused: {issue}")
        for issue in plan.notes:
            self.say(f"  without: {issue}")
        taken = plan.taken(self.choices)
        for line in plan.takeable:
            if not self.choices.takes(line.place, line.row):
                self.say(f"  left out: {line.where}: {line.row.twin}")
            for fault in line.row.blocking:
                self.say(f"  stays a draft: {line.where}: {fault}")
        for quiz in imports.asking(taken):
            self.say(f"  asked by the published quiz “{quiz.title}” of {quiz.owner or 'the site'}")
        return len(taken), len(plan.left_out)

    def write(self, draft: ImportDraft) -> None:
        """Write what was shown and report it."""
        try:
            done = imports.confirm(draft, self.choices, now=clock.now())
        except QuizError as refusal:
            raise CommandError(str(refusal.message)) from refusal
        result = done.result
        count = len(result["new"]) + len(result["changed"])
        state = "published" if self.choices.publishes else "as drafts"
        self.say(f"{count} question{pluralize(count)} imported, {state}; {result['there']} there already.")
        if result["drafts"]:
            self.say(f"  kept as drafts for a fault: {len(result['drafts'])}")
        if quiz := Quiz.objects.filter(pk=result.get("quiz")).first():
            self.say(f"  quiz “{quiz.title}” with {result['asked']} items, {quiz.status}")
        for fault in result.get("faults", ()):
            self.say(f"  of the quiz: {fault}")
        self.say(f"To take it back within a day: manage.py import_questions --undo {done.pk}, or in the workshop.")


def undo(pk: int, say: Callable[[str], object]) -> None:
    """Take an import back, whoever made it; raises CommandError where there is none that can be."""
    now = clock.now()
    draft = ImportDraft.objects.exclude(pk__in=ImportDraft.objects.outdated_at(now).values("pk")).filter(pk=pk).first()
    if draft is None:
        raise CommandError(f"There is no import {pk}; they can be undone for a day.")
    try:
        done = imports.undo(draft, now=now)
    except QuizError as refusal:
        raise CommandError(str(refusal.message)) from refusal
    say(f"Import {pk} of {draft.owner} was undone: {done.removed} removed, {done.restored} as before.")
    if done.quiz:
        say(f"  {done.quiz}")
    keys = dict(Question.objects.filter(pk__in=[one for one, _why in done.kept]).values_list("pk", "uuid"))
    for question, why in done.kept:
        say(f"  kept: {keys.get(question, question)}: {why}")
