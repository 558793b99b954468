"""Django's database sessions, read by a query that is compiled once, their signature checked once for the same content.

Every request reads its session; building that query with the ORM costs five times as much CPU as running it, and the
signature (two hashes, base64 and inflating) twice as much.
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core import signing
from django.utils import timezone

from quizzes.models.prepared import prepared

KEPT = 2000
CONTENT = prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).values_list("session_data", flat=True)
)


class AsItIs(signing.JSONSerializer):
    """A serializer that leaves the bytes to somebody else."""

    def loads(self, data: bytes) -> bytes:
        return data


@lru_cache(maxsize=KEPT)
def unsigned(session_data: str | bytes, salt: str) -> bytes:
    """What was signed; raises BadSignature, which is not kept."""
    content: bytes = signing.loads(session_data, salt=salt, serializer=AsItIs)  # type: ignore[arg-type]
    return content


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        content = CONTENT.first(key=self.session_key, now=timezone.now())
        if content is None:  # expired or never there: a new one must not take over its key
            self._session_key = None
            return None
        return SimpleNamespace(session_data=content)

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            content = unsigned(session_data, self.key_salt)
        except Exception:  # Django's own says in the log what is wrong, and takes it for an empty session
            return super().decode(session_data)
        found: dict[str, Any] = self.serializer().loads(content)  # anew each time: a session can be changed
        return found
