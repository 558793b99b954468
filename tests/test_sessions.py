"""Sessions are Django's, only read faster: what is expired or made up is nobody's session."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as Plain
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quizsite.sessions import SessionStore
from quizzes import clock
from quizzes.models import User


def test_the_site_uses_it() -> None:
    assert import_module(settings.SESSION_ENGINE).SessionStore is SessionStore


def test_what_djangos_own_store_wrote_is_read(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    written = Plain()
    written["pet"] = "kestrel"
    written.create()
    with django_assert_num_queries(1):
        assert SessionStore(written.session_key)["pet"] == "kestrel"


def test_an_expired_session_is_empty_and_gives_up_its_key(db: None) -> None:
    written = SessionStore()
    written["pet"] = "kestrel"
    written.create()
    written.get_model_class().objects.update(expire_date=clock.now() - timedelta(seconds=1))
    late = SessionStore(written.session_key)
    assert late.get("pet") is None
    assert late.session_key is None


def test_a_made_up_key_is_never_taken_over(db: None) -> None:
    forged = SessionStore("0" * 32)
    assert forged.get("pet") is None
    forged["pet"] = "cuckoo"
    forged.save()
    assert forged.session_key != "0" * 32


def test_a_deactivated_person_is_logged_out_with_the_next_request(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert client.get("/account/").status_code == 200
    User.objects.filter(pk=learner.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_what_is_changed_but_not_saved_stays_with_its_request(db: None) -> None:
    written = SessionStore()
    written["pets"] = ["kestrel"]
    written.create()
    SessionStore(written.session_key)["pets"].append("cuckoo")
    assert SessionStore(written.session_key)["pets"] == ["kestrel"]


def test_content_with_a_wrong_signature_is_empty(db: None, caplog: pytest.LogCaptureFixture) -> None:
    written = SessionStore()
    written["pet"] = "kestrel"
    written.create()
    assert SessionStore(written.session_key)["pet"] == "kestrel"
    row = written.get_model_class().objects.get()
    row.session_data = row.session_data[:-1] + ("A" if row.session_data[-1] != "A" else "B")
    row.save()
    with caplog.at_level("WARNING"):
        assert SessionStore(written.session_key).get("pet") is None
    assert "Session data corrupted" in caplog.text
