"""Rules for good questions, found in this folder: `check_item(item)`, `check_bank(items)`. No database.

The thresholds come from the guidance on item writing of Haladyna, Downing & Rodriguez 2002, the NBME item-writing guide,
Tarrant and others 2006 and 2009; those in points or standard errors are derived from chance and the number of items.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from quizzes.lint.base import BankRule, Context, Finding, ItemRule, outstanding
from quizzes.lint.items import Item

__all__ = ["Context", "Finding", "Item", "bank_rules", "check_bank", "check_item", "item_rules", "outstanding"]


def _rules() -> Iterator[object]:
    """Yield each rule once: families borrow rules from each other."""
    for info in iter_modules(__path__):
        yield from vars(import_module(f"{__name__}.{info.name}")).values()


@cache
def item_rules() -> Sequence[ItemRule]:
    return tuple({rule.code: rule for rule in _rules() if isinstance(rule, ItemRule)}.values())


@cache
def bank_rules() -> Sequence[BankRule]:
    return tuple({rule.code: rule for rule in _rules() if isinstance(rule, BankRule)}.values())


def check_item(item: Item, context: Context | None = None) -> list[Finding]:
    """Return what the item rules find in one item, errors first."""
    context = context or Context()
    return _sorted(finding for rule in item_rules() for finding in rule.findings(item, context))


def check_bank(items: Sequence[Item], context: Context | None = None) -> list[Finding]:
    """Return what the bank rules find in items taken together, errors first."""
    context = context or Context()
    return _sorted(finding for rule in bank_rules() for finding in rule.findings(items, context))


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: not finding.is_error)
