"""User names made from names: unlike all others, plain to type, and changed when their owner wants another one."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.models import User
from quizzes.models.accounts import looks_of

LONGEST = 40
SHORTEST = 3
NUMBERED = 20  # tried in turn; a school's thirtieth Ada Ley gets a number by chance
FALLBACK = "student"


def made_from(first_name: str, last_name: str) -> str:
    """Return a free user name such as "ada.ley", "ada.ley2"; two who ask at once may get the same."""
    base = _base(first_name, last_name)
    candidates = list(_candidates(base))
    looks = {name: looks_of(name) for name in candidates}
    taken = set(User.objects.filter(look__in=set().union(*looks.values())).values_list("look", flat=True))
    taken_names = {
        name.casefold() for name in User.objects.filter(username__in=candidates).values_list("username", flat=True)
    }
    free = (name for name in candidates if looks[name].isdisjoint(taken) and name not in taken_names)
    return next(free, f"{base}{secrets.randbelow(10**8)}")


def _base(first_name: str, last_name: str) -> str:
    words = [word for word in (_letters(first_name), _letters(last_name)) if word]
    base = ".".join(words)[:LONGEST].strip(".")
    return base if len(base) >= SHORTEST else f"{base}.{FALLBACK}".strip(".")


def _letters(name: str) -> str:
    """Return the letters and digits in small, without the accents of Latin ones, which are hard to type elsewhere."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    if plain.translate({ord(char): None for char in plain if unicodedata.combining(char)}).isascii():
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    return "".join(char for char in unicodedata.normalize("NFKC", plain) if char.isalnum())


def _candidates(base: str) -> Iterator[str]:
    yield base
    yield from (f"{base}{number}" for number in range(2, NUMBERED))
    yield f"{base}{secrets.randbelow(9000) + 1000}"


def change(user: User, username: str) -> User:
    """Give the account another user name; raise QuizError where it is taken, looks like another or is no user name."""
    former, user.username = user.username, username.strip()
    try:
        user.full_clean(exclude={field.name for field in User._meta.fields} - {"username"})
        with transaction.atomic():
            user.save(update_fields=["username"])
    except ValidationError as error:
        user.username = former
        raise QuizError(error.message_dict["username"][0], where="username") from error
    except IntegrityError as error:  # another one was faster
        user.username = former
        raise QuizError(_("This user name is taken. Choose a different one."), where="username") from error
    return user
