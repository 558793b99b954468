"""One-time passwords: random, readable, and stored as a hash only.

    k7m4p-x9q2w

Ten signs of 31 without those that look alike (0 and o, 1 and l and i) are 49 bits. That much chance needs no slow hash, and a
class of two hundred cannot wait for two hundred of those: the hash has fewer rounds than that of a password which a
user has chosen, and Django makes the usual one of it at the first log-in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, IN_A_GROUP = 2, 5
ROUNDS = 20_000


@dataclass(frozen=True)
class OneTimePassword:
    """A password on its way to a printed slip, and what is kept of it."""

    text: str
    hash: str

    def __repr__(self) -> str:
        return "OneTimePassword(…)"  # no log and no error page shows it


def make() -> OneTimePassword:
    text = "-".join("".join(secrets.choice(SIGNS) for _sign in range(IN_A_GROUP)) for _group in range(GROUPS))
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return OneTimePassword(text, hasher.encode(text, hasher.salt(), iterations=ROUNDS))
    return OneTimePassword(text, make_password(text))
