"""The baseline once more, with sessions read the site's own way: what is left is what a save does beside them."""

from quizsite import settings as site
from tests.load.bare import *  # noqa: F403

SESSION_ENGINE = site.SESSION_ENGINE
