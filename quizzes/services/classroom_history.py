"""What was changed of a class itself, in the history of the workshop: who, and each field from what to what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from quizzes.models import Classroom, User


@contextmanager
def noted(classroom: Classroom, *names: str, actor: User | None) -> Iterator[None]:
    """Record which of these fields the block changed; nothing where it changed none, or nobody asked for it.

    Call it in the transaction that saves them.
    """
    before = {name: _shown(classroom, name) for name in names}
    yield
    changes = [
        _words(classroom, name, was, now) for name, was in before.items() if (now := _shown(classroom, name)) != was
    ]
    if changes and actor is not None:
        text = capfirst("; ".join(changes)) + "."
        LogEntry.objects.log_actions(actor.pk, [classroom], CHANGE, change_message=text, single_object=True)


def _words(classroom: Classroom, name: str, was: str, now: str) -> str:
    if name == "join_code":  # it opens the class: no history repeats it
        return _("new join code")
    label = Classroom._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return _("%(field)s: %(was)s → %(now)s") % {"field": label, "was": was, "now": now}


def _shown(classroom: Classroom, name: str) -> str:
    value: object = getattr(classroom, name)
    if isinstance(value, bool) or name == "archived_at":
        return _("yes") if value else _("no")
    if name in ("names_shown", "metric"):
        return str(getattr(classroom, f"get_{name}_display")())
    return f"“{value}”" if isinstance(value, str) else str(value)
