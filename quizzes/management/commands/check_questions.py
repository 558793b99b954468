"""Run the linter over the bank or one quiz; exit code 1 when there are errors (or, with `--strict`, warnings)."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes.lint.base import Finding
from quizzes.lint.items import clipped
from quizzes.models import Quiz
from quizzes.services import linting
from quizzes.services.linting import BankReport


class Command(BaseCommand):
    help = "Check the questions of the bank, or those of one quiz, against the rules of good questions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiz", metavar="SLUG", help="Only the questions that this quiz asks or may draw.")
        parser.add_argument(
            "--strict", action="store_true", help="Exit code 1 also for warnings that no one acknowledged."
        )
        parser.add_argument("--json", action="store_true", help="Write the findings as JSON.")
        parser.add_argument("--blueprint", metavar="FILE", help="A JSON file with the mix that is wanted.")
        parser.add_argument("--brief", action="store_true", help="Leave out why it matters and how to fix it.")
        parser.add_argument("--acknowledged", action="store_true", help="Show acknowledged warnings too.")

    def handle(
        self,
        *,
        quiz: str | None,
        strict: bool,
        json: bool,
        blueprint: str | None,
        brief: bool,
        acknowledged: bool,
        **options: object,
    ) -> None:
        chosen = Quiz.objects.filter(slug=quiz).first()
        if quiz and chosen is None:
            raise CommandError(f"There is no quiz “{quiz}”.")
        report = linting.check_bank(chosen, blueprint=blueprint_in(blueprint))
        shown = report.findings if acknowledged else report.standing
        if json:
            self.stdout.write(as_json(report, shown))
        else:
            self.show(report, shown, brief=brief)
        if report.errors or (strict and report.standing):
            raise SystemExit(1)

    def show(self, report: BankReport, shown: tuple[Finding, ...], *, brief: bool) -> None:
        for finding in shown:
            label = self.style.ERROR("error") if finding.is_error else self.style.WARNING("warning")
            self.stdout.write(f"{label} {finding.rule}: {finding}")
            if finding.item in report.stems:
                self.stdout.write(f"  stem: {clipped(report.stems[finding.item], 100)}")
            if not brief:
                self.stdout.write(f"  why: {finding.why}\n  how: {finding.how}")
        for rule, count in sorted(Counter(finding.rule for finding in shown).items()):
            self.stdout.write(f"{count:5} {rule}")
        self.stdout.write(
            f"{report.count} questions: {len(report.errors)} errors, {len(report.warnings)} warnings,"
            f" {report.acknowledged_count} acknowledged."
        )


def as_json(report: BankReport, shown: tuple[Finding, ...]) -> str:
    counts = {"errors": len(report.errors), "warnings": len(report.warnings), "acknowledged": report.acknowledged_count}
    result = {"questions": report.count, **counts, "findings": [asdict(finding) for finding in shown]}
    return json.dumps(result, ensure_ascii=False, indent=1)


def blueprint_in(path: str | None) -> dict[str, dict[str, float]]:
    """Return the blueprint in a JSON file; empty without a file."""
    if path is None:
        return {}
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not valid JSON.") from error
    fault = linting.blueprint_faults(value)
    if fault:
        raise CommandError(f"{path}: {fault}")
    blueprint: dict[str, dict[str, float]] = value
    return blueprint
