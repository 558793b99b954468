"""The log of an attempt: one row for each thing that happened to it, never changed. (Saves are logged by a trigger.)

One thing can be taken out, and a trigger sees to it that nothing else is: a reason, of somebody whom `people` forgets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from quizzes.models import AttemptEvent

# Every start and every submit writes here, most of them inside a transaction for which others wait: the ORM would take
# several times as long to build this statement as the database takes to run it.
RECORD = """
INSERT INTO quizzes_attemptevent (attempt_id, kind, at, actor_id, slot, device, details) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def record(
    attempt_id: int,
    kind: AttemptEvent.Kind,
    *,
    at: datetime,
    actor_id: int | None,
    slot: int | None = None,
    device: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an event, in the transaction of what it tells of."""
    written = json.dumps(details, cls=DjangoJSONEncoder) if details else "{}"
    instant = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [attempt_id, str(kind), instant, actor_id, slot, device, written])
