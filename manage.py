#!/usr/bin/env python
"""Django's command line for Quizsite; `python manage.py quickstart` sets everything up and serves it."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  a sentence instead of a traceback on an older interpreter
    sys.exit("Quizsite needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ImportError:
        sys.exit("Django is not installed here. Run the first command of the README.")
    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if sentence := sentence_about_the_database(error):
            sys.exit(sentence)
        raise


def sentence_about_the_database(error: Exception) -> str:
    """Return what an error of the database tells in one sentence; "" for other errors, whose traceback helps more."""
    from django.db import connection  # noqa: PLC0415  there is none before the settings are read

    from quizzes import outages  # noqa: PLC0415

    return outages.for_command_line(error, str(connection.settings_dict["NAME"]))


if __name__ == "__main__":
    main()
