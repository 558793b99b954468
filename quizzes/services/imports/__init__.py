"""Files of questions brought into the bank: sent, read and compared in slices, looked over, written at once, taken back.

    draft = imports.begin(owner, name="bank.xml", data=data, now=now)
    while draft.is_in_progress:
        imports.go_on(draft, now=now)                 # a slice; nothing is written to the bank
    plan = imports.plan_of(draft)                     # what would happen
    done = imports.confirm(draft, imports.Choices(topic="Cells"), now=now)
    imports.undo(draft, now=now)

Races, and what decides them: two requests that go on with one draft, how far it was checked; two that confirm it, its row;
one that changes a question which the import changes, the stamp of that question.
"""

from quizzes.services.imports.drafts import begin, discard, go_on, plan_of, read_again, slice_end, sweep
from quizzes.services.imports.plan import MOST_IN_QUIZ, Choices, Line, Plan, asking, choices_of, keep_choices
from quizzes.services.imports.undoing import Undone, undo
from quizzes.services.imports.writing import confirm

__all__ = [
    "MOST_IN_QUIZ",
    "Choices",
    "Line",
    "Plan",
    "Undone",
    "asking",
    "begin",
    "choices_of",
    "confirm",
    "discard",
    "go_on",
    "keep_choices",
    "plan_of",
    "read_again",
    "slice_end",
    "sweep",
    "undo",
]
