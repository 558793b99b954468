"""`manage.py quickstart`: set everything up and serve it. Running it again keeps all data."""

import os
import secrets
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from quizzes import clock
from quizzes.management import listening, serving
from quizzes.models import Question
from quizzes.services import demo

BANK = ["sources", "topics", "questions_*", "quizzes"]
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel", "linen", "maple", "ocean", "reed")


class Command(BaseCommand):
    help = "Set up the database, load the question bank and a demo classroom, and serve the site."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="set up only")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        self.refuse_unless_writable(Path(settings.DATA_DIR))
        listener = None if options["no_serve"] else self.listen(host, port)
        call_command("migrate", verbosity=0)
        self.load_bank()
        password = demo_password(Path(settings.DATA_DIR))
        demo.create(password=password, now=clock.now())
        call_command("collectstatic", interactive=False, verbosity=0)
        self.say_where(host, port, password, serves=listener is not None)
        if listener is not None:
            open_to(host)
            serving.serve(listener)

    def refuse_unless_writable(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".write-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CommandError(
                f"Quizsite cannot write to {folder} ({error.strerror}). Run it in a folder of yours, or set DATA_DIR."
            ) from error

    def listen(self, host: str, port: int) -> socket.socket:
        """Return the socket to serve on: what stands in its way is said before anything is set up."""
        serving.refuse_endless_redirect()
        return listening.listen(host, port)

    def load_bank(self) -> None:
        if Question.objects.exists():
            return
        self.stdout.write("Loading the question bank …")
        call_command("loaddata", *bank_fixtures(), verbosity=0)

    def say_where(self, host: str, port: int, password: str, *, serves: bool) -> None:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  compared, not bound
        lines = [
            "",
            "Quizsite is ready." if serves else "Quizsite is set up.",
            f"  Open       http://{shown}:{port}/",
            f"  Student    {demo.STUDENT} / {password}",
            f"  Instructor {demo.INSTRUCTOR} / {password}   (workshop: http://{shown}:{port}/admin/)",
            f"  Classroom  join code {demo.JOIN_CODE}",
            "  Stop with Ctrl+C; your data stays." if serves else "  Serve it with: python manage.py quickstart",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def bank_fixtures() -> list[str]:
    """Names of the fixtures that make up the bank, in an order in which each finds what it refers to."""
    folder = settings.FIXTURE_DIRS[0]
    return [path.stem for pattern in BANK for path in sorted(folder.glob(f"{pattern}.json"))]


def demo_password(folder: Path) -> str:
    """The demo's password: made once for this installation, kept readable to its owner only."""
    path = folder / "demo_password"
    if not path.exists():
        password = f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as handle:
            handle.write(password)
    return path.read_text(encoding="utf-8").strip()


def open_to(host: str) -> None:
    """Accept the names under which this machine is reached when it listens to others."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        names = {socket.gethostname(), socket.getfqdn()}
        addresses = {entry[4][0] for name in names for entry in _addresses(name)}
        settings.ALLOWED_HOSTS.extend(str(name) for name in names | addresses)
    elif host not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append(host)


def _addresses(name: str) -> list[Any]:
    try:
        return socket.getaddrinfo(name, None)
    except OSError:
        return []
