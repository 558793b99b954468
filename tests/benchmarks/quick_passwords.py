"""The site's settings, with passwords that cost nothing to try: for a busy machine, on which 300 log-ins would take long."""

from quizsite.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
