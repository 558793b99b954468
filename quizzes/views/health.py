"""`/healthz`: whether this site can serve, for load balancers and monitors; says nothing else to strangers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import clock, installation, outages
from quizzes.middleware import RETRY_AFTER_SECONDS
from quizzes.models import Attempt
from quizzes.services import attempts

SWEEP_TOO_OLD = timedelta(seconds=180)
OK = "ok"


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 when everything is "ok", else 503, with a word for each part; docs/operations.md says what the words mean."""
    parts: dict[str, object] = {
        "database": OK,
        "disk": OK if installation.has_room() else "full",
        "static_files": OK if installation.has_static_files() else "missing",
    }
    try:
        parts |= told_by_the_database(clock.now())
    except (DatabaseError, InterfaceError) as error:
        outage = outages.of(error)
        if outage is None:
            raise
        parts["database"] = outage.code
    is_well = all(word == OK for name, word in parts.items() if name != "sweep_age")
    return JsonResponse(parts) if is_well else unwell(parts)


def unwell(parts: dict[str, object]) -> JsonResponse:
    return JsonResponse(parts, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def told_by_the_database(now: datetime) -> dict[str, object]:
    """Return whether its tables are those of this version and deadlines are applied; with the age of the last sweep in seconds."""
    missing, age = installation.missing_migrations(), age_of_sweep(now)
    if missing:  # then the other tables may be others
        return {"migrations": "missing"}
    late = (age is not None and age > SWEEP_TOO_OLD) or nobody_sweeps(now)
    return {
        "migrations": OK,
        "sweep": "late" if late else OK,
        "sweep_age": age and round(age.total_seconds()),
    }


def age_of_sweep(now: datetime) -> timedelta | None:
    """Return time since a sweep that this cache knows of; None where it is away, or holds none."""
    swept_at = attempts.last_sweep()
    return None if swept_at is None else timedelta(seconds=max(0.0, now.timestamp() - swept_at))


def nobody_sweeps(now: datetime) -> bool:
    """Return whether an attempt has been overdue for so long that no sweep, wherever it runs, can have happened."""
    return Attempt.objects.overdue_at(now - SWEEP_TOO_OLD).exists()
