"""`check --deploy` tells of a proxy that is configured on one side only: everyone would share its address, and its limits."""

from __future__ import annotations

from typing import Any

import pytest

from quizzes.checks import proxy_is_known_on_both_sides


def found(settings: Any, *, https: bool, trusted: str) -> list[str | None]:
    settings.HTTPS, settings.TRUSTED_PROXY = https, trusted
    return [message.id for message in proxy_is_known_on_both_sides(None)]


@pytest.mark.parametrize(
    ("https", "trusted", "told"),
    [
        (True, "127.0.0.1", []),
        (False, "", []),
        (True, "", ["quizzes.W010"]),
        (False, "127.0.0.1", ["quizzes.W011"]),
    ],
)
def test_both_sides_must_agree(settings: Any, https: bool, trusted: str, told: list[str]) -> None:
    assert found(settings, https=https, trusted=trusted) == told


def test_an_address_that_is_trusted_for_nothing_is_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXY", "10.0.0.2")
    assert found(settings, https=True, trusted="") == ["quizzes.W010", "quizzes.W012"]
