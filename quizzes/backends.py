"""Who is behind a session: allauth's backend, with the person read by a prepared query.

Every request of a person who is logged in reads this row: of a save, it was a third of the work.
"""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from quizzes.models import User
from quizzes.models.prepared import columns, instance, prepared

PERSON = prepared(lambda pk: User.objects.filter(pk=pk).values_list(*columns(User)))


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id: int) -> User | None:
        """Return the user, or None where there is none or they may not log in (1 query)."""
        row = PERSON.first(pk=user_id)
        if row is None:
            return None
        user = instance(User, row)
        return user if self.user_can_authenticate(user) else None
