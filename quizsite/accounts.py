"""Who is behind a session: allauth's backend, with the person read by a query that is compiled once.

Every request of somebody who is logged in reads this row; most of the ORM's cost is building the query anew.
"""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from quizzes.models import User
from quizzes.models.prepared import prepared

PERSON = prepared(lambda pk: User.objects.filter(pk=pk))


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> Any:
        person = PERSON.first(pk=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
