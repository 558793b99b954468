"""Questions in and out of the bank: drafts of a format ⇄ rows. An import is planned, shown, then applied as a whole.

    drafts = exchange.export(Question.objects.live())
    report = exchange.plan_import(drafts, issues, actor=None)      # what would happen
    exchange.apply_import(report, actor=None, now=now)

The plan is made again inside the transaction that applies it; when the bank changed in between so that something else
would happen than was shown, nothing is written. A file that is imported twice adds nothing the second time. The import of
the workshop, in slices and with an undo, is `services/imports`.
"""

from quizzes.services.exchange.comparing import changes, missing_cases, refusals
from quizzes.services.exchange.drafts import as_stored, draft_of, export, keep_fingerprints, key_of
from quizzes.services.exchange.plan import Entry, ImportReport, plan_import
from quizzes.services.exchange.writing import apply_import

__all__ = [
    "Entry",
    "ImportReport",
    "apply_import",
    "as_stored",
    "changes",
    "draft_of",
    "export",
    "keep_fingerprints",
    "key_of",
    "missing_cases",
    "plan_import",
    "refusals",
]
