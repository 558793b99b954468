"""`manage.py close_overdue_attempts`: once, or again and again whatever happens."""

from __future__ import annotations

from unittest import mock

import pytest
from django.core.management import call_command
from django.db import OperationalError

from quizzes.services import attempts

COMMAND = "quizzes.management.commands.close_overdue_attempts"


@pytest.mark.parametrize("error", [OperationalError("gone"), ConnectionError("no cache"), ValueError("a bug")])
def test_a_sweep_that_fails_is_followed_by_the_next(db: None, error: Exception) -> None:
    pause = mock.patch(f"{COMMAND}.time.sleep", side_effect=[None, KeyboardInterrupt])
    failing = mock.patch.object(attempts, "close_overdue", side_effect=[error, 0])
    with pause, failing as sweep, pytest.raises(KeyboardInterrupt):
        call_command("close_overdue_attempts", every=20)
    assert sweep.call_count == 2
