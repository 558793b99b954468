"""The site's settings, with one page more that tells what the server made of a request."""

from quizsite.settings import *  # noqa: F403

ROOT_URLCONF = "tests.deploy.urls"
