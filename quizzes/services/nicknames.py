"""The names under which members appear to their class: clean, no member's twice, and none that passes for a teacher's.

Race, and what decides it: two who take the same nickname at once, the unique constraint.
"""

from __future__ import annotations

import unicodedata

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.models import Membership, User
from quizzes.models.accounts import looks_of
from quizzes.models.classrooms import MembershipQuerySet, nickname_key

Role = Membership.Role
LONGEST = 40
MARKS_IN_A_ROW = 2  # combining signs on one letter; more of them run into the lines above and below
# Categories of signs that cannot be seen or turn text round.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "teacher", "instructor"]
)


def appear(membership: Membership, *, nickname: str, is_visible: bool, emblem: int | None = None) -> Membership:
    """Choose the name on leaderboards (empty: a neutral one), whether to be on them at all, and the emblem; holds at once.

    Without an emblem it stays as it is.
    """
    name, worn = clean(nickname), membership.emblem if emblem is None else emblem
    if fault := fault_of(membership, name):
        raise QuizError(fault, where="nickname")
    row = Membership.objects.filter(pk=membership.pk)
    try:
        with transaction.atomic():
            row.update(nickname=name, is_visible=is_visible, emblem=worn)
    except IntegrityError as error:  # another member was faster
        raise QuizError(_taken(membership, name), where="nickname") from error
    membership.nickname, membership.is_visible, membership.emblem = name, is_visible, worn
    return membership


def clean(text: str) -> str:
    """Return a nickname in one line of signs that can be seen; raise QuizError where it is too long."""
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(char for char in composed if char.isspace() or unicodedata.category(char) not in UNSEEN)
    name = " ".join(without_towers(seen).split())
    if len(name) > LONGEST:
        raise QuizError(_("A nickname has at most %(limit)d letters.") % {"limit": LONGEST}, where="nickname")
    return name


def without_towers(text: str, *, most: int = MARKS_IN_A_ROW) -> str:
    """Return the text with at most so many combining signs on one letter."""
    signs, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= most:
            signs.append(char)
    return "".join(signs)


def fault_of(membership: Membership, nickname: str) -> str:
    """Return why a member cannot appear under a clean nickname, or nothing; the one they have is always good."""
    key = nickname_key(nickname)
    if not key or key == nickname_key(membership.nickname):
        return ""
    if _others(membership).filter(nickname_key=key).exists():
        return _taken(membership, nickname)
    if _passes_for_a_teacher(membership, nickname):
        return _("“%(name)s” looks like the name of someone who teaches this class. Choose another nickname.") % {
            "name": nickname
        }
    return ""


def _others(membership: Membership) -> MembershipQuerySet:
    return Membership.objects.filter(classroom=membership.classroom_id).exclude(pk=membership.pk)


def _taken(membership: Membership, nickname: str) -> str:
    """Say so, with the next free one of its kind."""
    keys = set(_others(membership).values_list("nickname_key", flat=True))
    number = 2
    while nickname_key(free := f"{nickname[: LONGEST - 4]} {number}") in keys:
        number += 1
    words = {"name": nickname, "free": free}
    return _("“%(name)s” is taken in this class. Choose another nickname, such as “%(free)s”.") % words


def _passes_for_a_teacher(membership: Membership, nickname: str) -> bool:
    words = [word for word in nickname.replace(".", " ").split() if word.casefold() not in TITLES]
    has_title = len(words) < len(nickname.replace(".", " ").split())
    looks = _looks("".join(words))
    teaching = _others(membership).active().filter(role__in=[Role.INSTRUCTOR, Role.ASSISTANT]).select_related("user")
    return any(not looks.isdisjoint(_looks_of_teacher(one.user, has_title=has_title)) for one in teaching)


def _looks_of_teacher(user: User, *, has_title: bool) -> set[str]:
    """Return what the name looks like in either order, and the surname alone where a title stands before it."""
    first, last = user.first_name, user.last_name
    names = [user.username, *([first + last, last + first] if first and last else [])]
    names += [last] if has_title and last else []
    return {look for name in names for look in _looks(name)}


def _looks(text: str) -> set[str]:
    plain = "".join(char for char in text if char.isalnum())
    return looks_of(plain) if plain else set()
