"""How many questions the review deck asks today: in Jinja {{ reviews_due(user) }}."""

from quizzes import clock
from quizzes.models import User
from quizzes.reports import reviews


def reviews_due(user: User) -> int:
    """Return the number for the navigation; asked once for a page (1 query where nothing is due)."""
    return reviews.due_count(user, now=clock.now())
