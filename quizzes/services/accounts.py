"""A person's own account."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from quizzes.models import User

PROFILE = frozenset({"first_name", "last_name", "time_zone", "weekly_goal", "shows_streak"})


def change_profile(user: User, **given: object) -> None:
    """Save what people may change about themselves; `time_zone` is empty for the browser's."""
    if unknown := given.keys() - PROFILE:
        raise TypeError(f"not a part of a profile: {', '.join(sorted(unknown))}")
    for name, value in given.items():
        setattr(user, name, value)
    user.save(update_fields=list(given))


def set_goal(user: User, questions: int) -> None:
    """Set how many questions the user wants to answer in a week; 0 for no goal."""
    change_profile(user, weekly_goal=questions)


def choose_password(user: User, password: str) -> None:
    """Let the user in by a password of their own from now on; all their other sessions end with the old one."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def has_confirmed_address(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


def confirm_by_mailed_link(user: User) -> None:
    """Confirm the address of an account whose user followed a link out of a mail; of several it may have been any."""
    addresses = list(EmailAddress.objects.filter(user=user)[:2])
    if len(addresses) == 1:
        addresses[0].set_verified()
