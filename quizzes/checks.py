"""System checks of the installation: what would bite later is said at the start."""

import sqlite3
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import connection

SAFE_SQLITE = (3, 51, 3)


@register(Tags.database)
def database_is_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SQLite's rare WAL reset bug, and databases this was never tried on."""
    if connection.vendor == "sqlite":
        if sqlite3.sqlite_version_info < SAFE_SQLITE:
            return [
                Info(
                    f"SQLite {sqlite3.sqlite_version} has a rare fault in write-ahead logging, mended in 3.51.3.",
                    hint="Check and back up the database every night, or use PostgreSQL.",
                    id="quizzes.I001",
                )
            ]
        return []
    if connection.vendor != "postgresql":
        return [Error(f"Quizsite runs on SQLite and PostgreSQL, not on {connection.vendor}.", id="quizzes.E001")]
    return []


@register(Tags.security, deploy=True)
def https_is_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.HTTPS:
        return [Warning("SITE_URL does not start with https://.", hint="Set SITE_URL.", id="quizzes.W001")]
    return []


@register()
def grace_is_short(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The grace is for the network; as thinking time it would be unfair."""
    if not 0 <= settings.QUIZ_TRANSPORT_GRACE_SECONDS <= 60:
        return [Error("QUIZ_TRANSPORT_GRACE_SECONDS must be 0 to 60.", id="quizzes.E002")]
    return []
