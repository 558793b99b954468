"""`/healthz`: whether this site can serve, for load balancers and monitors; says nothing else to strangers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import clock
from quizzes.models import Attempt
from quizzes.services import attempts

SWEEP_TOO_OLD = timedelta(seconds=180)


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and deadlines are applied, else 503; with the age of the last sweep in seconds."""
    now = clock.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        age = age_of_sweep(now)
        late = (age is not None and age > SWEEP_TOO_OLD) or nobody_sweeps(now)
    except (OperationalError, InterfaceError):
        return JsonResponse({"database": "unreachable"}, status=503, headers={"Retry-After": "5"})
    body = {"database": "ok", "sweep": "late" if late else "ok", "sweep_age": age and round(age.total_seconds())}
    return JsonResponse(body, status=503 if late else 200)


def age_of_sweep(now: datetime) -> timedelta | None:
    """Time since a sweep that this cache knows of; None where another machine sweeps and no cache is shared."""
    swept_at = attempts.last_sweep()
    return None if swept_at is None else timedelta(seconds=max(0.0, now.timestamp() - swept_at))


def nobody_sweeps(now: datetime) -> bool:
    """Whether an attempt has been overdue for so long that no sweep, wherever it runs, can have happened."""
    return Attempt.objects.overdue_at(now - SWEEP_TOO_OLD).exists()
