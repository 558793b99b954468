"""A person's own account."""

from __future__ import annotations

from quizzes.models import User


def change_profile(user: User, *, first_name: str, last_name: str, time_zone: str) -> None:
    """Save what people may change about themselves; `time_zone` is empty for the browser's."""
    user.first_name, user.last_name, user.time_zone = first_name, last_name, time_zone
    user.save(update_fields=["first_name", "last_name", "time_zone"])
