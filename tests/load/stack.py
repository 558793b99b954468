"""The baseline once more, behind all the middleware of the site: what the framework around a view costs."""

from quizsite import settings as site
from tests.load.sessions import *  # noqa: F403

MIDDLEWARE = site.MIDDLEWARE
INSTALLED_APPS = site.INSTALLED_APPS
