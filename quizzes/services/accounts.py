"""A person's own account."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from quizzes.models import User


def change_profile(user: User, *, first_name: str, last_name: str, time_zone: str) -> None:
    """Save what people may change about themselves; `time_zone` is empty for the browser's."""
    user.first_name, user.last_name, user.time_zone = first_name, last_name, time_zone
    user.save(update_fields=["first_name", "last_name", "time_zone"])


def choose_password(user: User, password: str) -> None:
    """Let the user in by a password of their own from now on; all their other sessions end with the old one."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def has_confirmed_address(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, verified=True).exists()


def confirm_by_mailed_link(user: User) -> None:
    """Confirm the address of an account whose user followed a link out of a mail; of several it may have been any."""
    addresses = list(EmailAddress.objects.filter(user=user)[:2])
    if len(addresses) == 1:
        addresses[0].set_verified()
