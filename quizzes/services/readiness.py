"""What keeps a draft from being published, and what could be better about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.lint import Finding
from quizzes.models import QuestionSource, QuestionVersion, User
from quizzes.question_types.authoring import unfinished_faults
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import cases, linting

# What makes a question unanswerable or wrong; everything else that the linter says is a suggestion.
BLOCKING = frozenset({"unanswerable", "number-pad", "look-alike", "position-named"})

ABOUT_SOURCES = frozenset({"source-missing", "evidence-length", "evidence-missing", "place-missing"})


def findings(version: QuestionVersion) -> list[Finding]:
    """Return what the linter finds in a version and nobody acknowledged, errors first; nothing for content of no type."""
    try:
        spec = version.kind.spec(version.spec)
    except InvalidSpec:
        return []
    question = version.question
    accepted = {row["rule"] for row in question.acknowledged if row.get("reason", "").strip()}
    findings = linting.outstanding(question, linting.check_question(question, spec))
    if not asks_for_sources(question.owner):
        findings = [finding for finding in findings if finding.rule not in ABOUT_SOURCES]
    findings = [finding for finding in findings if is_blocking(finding) or finding.rule not in accepted]
    return sorted(findings, key=lambda finding: not is_blocking(finding))


def is_blocking(finding: Finding) -> bool:
    """Return whether it must be mended before publishing."""
    return finding.rule in BLOCKING


def suggestions(version: QuestionVersion) -> list[Finding]:
    """Return what could be better about a version and was not put aside; none of it keeps from publishing."""
    return [finding for finding in findings(version) if not is_blocking(finding)]


def asks_for_sources(owner: User | None) -> bool:
    """Return whether sources are named where these questions come from: in the site's bank, and by owners who name some."""
    return owner is None or QuestionSource.objects.filter(question__owner=owner).exists()


def faults(version: QuestionVersion) -> list[str]:
    """Return what keeps a version from being published, as sentences with the place."""
    if question_types.is_unfinished(version.spec):
        return unfinished_faults(version.kind, version.spec)
    try:
        spec = version.kind.spec(version.spec)
    except InvalidSpec as error:
        return [fault.sentence for fault in error.faults]
    if spec.case and not cases.is_published(spec.case):
        return [_("The case “%(case)s” is not published. Publish it first.") % {"case": spec.case}]
    return [f"{finding.where}: {finding.what}" for finding in findings(version) if is_blocking(finding)]
