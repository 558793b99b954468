"""Doors of the workshop that stay shut for an instructor, whoever's rows lie behind them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from quizzes.models import User
from tests.pages import without_tokens

SHUT = (302, 403, 404)


@pytest.mark.parametrize("page", ["history", "delete", "change"])
@pytest.mark.parametrize("model", ["classroom", "quiz", "assignment", "attempt"])
def test_no_page_of_a_colleagues_row_opens(as_ada: Client, stage: SimpleNamespace, model: str, page: str) -> None:
    row = getattr(stage, f"bea_{'room' if model == 'classroom' else model}")
    response = as_ada.get(f"/admin/quizzes/{model}/{row.pk}/{page}/", follow=True)
    assert response.status_code in SHUT or response.request["PATH_INFO"] == "/admin/"
    assert "11C" not in without_tokens(response)


def test_tables_of_accounts_are_for_administrators(as_ada: Client, as_root: Client) -> None:
    registered = [model for model in apps.get_models() if site.is_registered(model)]
    models = [model for model in registered if model._meta.app_label != "quizzes"]
    tables = [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in models]
    assert tables
    assert {table for table in tables if as_root.get(table).status_code != 200} == set()
    assert {table for table in tables if as_ada.get(table).status_code not in (403, 404)} == set()


def test_the_way_from_the_workshop_to_a_page_leads_to_no_row_that_is_not_ones_own(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    for row in (stage.bea_room, stage.bea_quiz, stage.bea_attempt, stage.tim):
        kind = ContentType.objects.get_for_model(row).pk
        response = as_ada.get(f"/admin/r/{kind}/{row.pk}/", follow=True)
        assert response.status_code in (403, 404)
        assert "11C" not in without_tokens(response)


def test_an_instructor_raises_no_one_through_the_pages_of_people(as_ada: Client, stage: SimpleNamespace) -> None:
    raised = {"username": "sam", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    for who in (stage.sam, stage.tim, stage.ada):
        assert as_ada.post(f"/admin/quizzes/user/{who.pk}/change/", raised).status_code in SHUT
    assert list(User.objects.filter(is_superuser=True)) == []
    assert set(User.objects.filter(is_staff=True)) == {stage.ada, stage.bea}
