"""`manage.py serve`: serve the site as it is, for systemd. Nothing is migrated, loaded or collected."""

import logging
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connection

from quizzes import installation, outages
from quizzes.management import addresses, listening, serving

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Serve the site until it is stopped; the database and the static files must be ready."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=serving.THREADS)
        parser.add_argument("--core", default="auto", help="number of the core to stay on, or all (default: auto)")
        parser.add_argument("--no-sweep", action="store_true", help="close_overdue_attempts --every 20 runs elsewhere")

    def handle(
        self, *, host: str, port: int, threads: int, core: str, no_sweep: bool, skip_checks: bool, **options: object
    ) -> None:
        serving.refuse_endless_redirect()
        refuse_missing_files()
        refuse_missing_migrations()
        installation.close_to_others()
        listener = listening.listen(host, port)
        addresses.allow(host)  # for those who ask by address, as health checks of load balancers do
        serving.serve(
            listener,
            threads=threads,
            core=core,
            sweeps=not no_sweep,
            checks=not skip_checks,
        )


def refuse_missing_files() -> None:
    if not installation.has_static_files():
        raise CommandError(f"There are no static files in {settings.STATIC_ROOT}. Run: python manage.py collectstatic")


def refuse_missing_migrations() -> None:
    try:
        missing = installation.missing_migrations()
    except (DatabaseError, InterfaceError) as error:
        outage = outages.of(error)
        if outage is None:
            raise
        if not outage.passes:
            raise CommandError(outages.for_command_line(error, str(connection.settings_dict["NAME"]))) from error
        # It may come back, and until then our own page is better than a proxy's.
        log.warning("the database cannot be reached yet: %s", error)
        return
    if missing:
        migrations = "1 migration" if missing == 1 else f"{missing} migrations"
        raise CommandError(f"The database lacks {migrations}. Run: python manage.py migrate")
