"""System checks of the installation: what would bite later is said at the start."""

import os

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from quizzes import installation, mailing

NO_MAIL = {"console": "is printed to the log, links that reset a password too", "none": "goes nowhere"}
SAFE_SQLITE = (3, 51, 3)  # the first without the WAL-reset fault (see quizsite/__init__.py)


@register(Tags.database)
def database_is_supported(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Refuse databases that this was never tried on; warn of an SQLite that can lose writes."""
    if connection.vendor == "sqlite":
        return sqlite_is_safe(sqlite_version())
    if connection.vendor != "postgresql":
        return [Error(f"Quizsite runs on SQLite and PostgreSQL, not on {connection.vendor}.", id="quizzes.E001")]
    return []


def sqlite_is_safe(version: tuple[int, ...]) -> list[CheckMessage]:
    if version >= SAFE_SQLITE:
        return []
    return [
        Warning(
            f"SQLite {'.'.join(map(str, version))} can lose committed writes in rare cases, fixed in 3.51.3.",
            hint="Use a newer Python or SQLite, back up every night, or use PostgreSQL.",
            id="quizzes.W002",
        )
    ]


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the library behind the connection, whichever module it came by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        return tuple(map(int, cursor.fetchone()[0].split(".")))


@register()
def processes_share_a_cache(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Refuse several processes that would each count tries for themselves."""
    if settings.WEB_PROCESSES < 2 or settings.REDIS_URL:
        return []
    words = f"{settings.WEB_PROCESSES} processes without a cache that they share: each would count tries by itself."
    return [Error(words, hint="Set REDIS_URL, or WEB_PROCESSES=1 and run one.", id="quizzes.E003")]


@register(Tags.security, deploy=True)
def https_is_on(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    if not settings.HTTPS:
        return [Warning("SITE_URL does not start with https://.", hint="Set SITE_URL.", id="quizzes.W001")]
    return []


@register(Tags.security, deploy=True)
def proxy_is_known_on_both_sides(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Warn where only one side knows of the proxy: all would share its address, or a client could claim any."""
    problems: list[CheckMessage] = []
    if settings.HTTPS and not settings.TRUSTED_PROXY:
        words = "SITE_URL is https, but no proxy is announced: limits on tries would count everyone as the proxy."
        problems.append(Warning(words, hint="Set BEHIND_PROXY=true (deploy/README.md).", id="quizzes.W010"))
    if settings.TRUSTED_PROXY and not settings.HTTPS:
        words = "BEHIND_PROXY is set, but SITE_URL is not https: without a proxy, clients there may claim any address."
        problems.append(Warning(words, hint="Set SITE_URL, or take BEHIND_PROXY away.", id="quizzes.W011"))
    if os.environ.get("TRUSTED_PROXY") and not settings.TRUSTED_PROXY:
        words = "TRUSTED_PROXY names a proxy, but BEHIND_PROXY is not set: it is not believed."
        problems.append(Warning(words, hint="Set BEHIND_PROXY=true.", id="quizzes.W012"))
    return problems


@register()
def grace_is_short(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Warn of a long grace: it is for the network, and as thinking time it would be unfair."""
    if not 0 <= settings.QUIZ_TRANSPORT_GRACE_SECONDS <= 60:
        return [Error("QUIZ_TRANSPORT_GRACE_SECONDS must be 0 to 60.", id="quizzes.E002")]
    return []


@register(Tags.security, deploy=True)
def mail_is_sent(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    if mailing.mail_can_be_sent():
        return []
    words = f"No mail server is named: mail {NO_MAIL[settings.MAIL_SCHEME]}."
    return [Warning(words, hint="Set EMAIL_URL.", id="quizzes.W013")]


@register(Tags.security, deploy=True)
def addresses_can_be_confirmed(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    if mailing.mail_can_be_sent() or settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        return []
    words = "No one can log in whose address is not confirmed, and no mail can be sent to confirm one."
    return [Warning(words, hint="Set EMAIL_URL, or EMAIL_VERIFICATION=optional.", id="quizzes.W016")]


@register(Tags.security, deploy=True)
def data_is_private(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    folder = settings.DATA_DIR
    if not installation.is_open_to_others(folder):
        return []
    words = f"Other users of this machine can look into {folder}, where people's answers and addresses may lie."
    return [Warning(words, hint=f"Run: chmod 700 {folder}", id="quizzes.W014")]


@register(Tags.security, deploy=True)
def there_are_no_demo_log_ins(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    if not os.path.exists(settings.DATA_DIR / "demo_password"):  # false where this user may not look
        return []
    words = "The demo's student and instructor can log in: quickstart made them."
    return [Warning(words, hint="Run once: quickstart --host 0.0.0.0 --no-serve", id="quizzes.W015")]
