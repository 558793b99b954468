"""The log of an attempt: one row for each thing that happened to it, never changed. (Saves are logged by a trigger.)

One thing can be taken out, and a trigger sees to it that nothing else is: a reason, when `people` erases who wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from quizzes.models import AttemptEvent


def record(
    attempt_id: int,
    kind: AttemptEvent.Kind,
    *,
    at: datetime,
    actor_id: int | None,
    slot: int | None = None,
    revision: int | None = None,
    device: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Add an event, in the transaction of what it tells of."""
    AttemptEvent.objects.create(
        attempt_id=attempt_id,
        kind=kind,
        at=at,
        actor_id=actor_id,
        slot=slot,
        revision=revision,
        device=device,
        details=details or {},
    )
