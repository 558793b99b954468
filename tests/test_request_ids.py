"""The id of a request: in the reply, in the log and on every error page."""

from __future__ import annotations

import copy
import logging.config
import re
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as site
from django.http import HttpResponse
from django.test import Client

from quizzes import request_ids
from quizzes.models import User

SHORT = re.compile(r"[0-9a-f]{10}")
OF_A_PROXY = "7f3a9c52-0b1d-4e6f"


@pytest.fixture
def log() -> Any:
    """Lines as the console's handler writes them."""
    config = copy.deepcopy(site.LOGGING)  # its words are taken out as they are read
    made = logging.config.DictConfigurator(config)
    handler = logging.Handler()
    lines: list[str] = []
    formatter = made.configure_formatter(config["formatters"]["line"])
    handler.emit = lambda record: lines.append(formatter.format(record))  # type: ignore[method-assign]
    handler.addFilter(made.configure_filter(config["filters"]["request_id"]))
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def given(response: HttpResponse) -> str:
    return str(response[request_ids.HEADER])


def test_each_reply_has_another(client: Client, db: None) -> None:
    first, second = given(client.get("/")), given(client.get("/healthz"))
    assert SHORT.fullmatch(first)
    assert SHORT.fullmatch(second)
    assert first != second


def broken(client: Client) -> HttpResponse:
    client.raise_request_exception = False
    with mock.patch("quizzes.views.home.render", side_effect=ValueError("a fault of ours")):
        return client.get("/")


def test_an_error_page_names_it_and_so_does_the_line_in_the_log(client: Client, db: None, log: list[str]) -> None:
    response = broken(client)
    page = response.content.decode()
    assert response.status_code == 500
    assert "tell your instructor" in page
    assert f'Request <span class="code">{given(response)}</span>' in page
    assert [line for line in log if f"[{given(response)}] django.request: Internal Server Error: /" in line]


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/quizzes/", 200)])
def test_pages_that_tell_of_an_error_name_it_and_others_do_not(
    client: Client, learner: User, path: str, status: int
) -> None:
    client.force_login(learner)
    response = client.get(path)
    assert (response.status_code, given(response) in response.content.decode()) == (status, status == 404)


def test_where_the_usual_error_page_cannot_be_made_a_plain_one_names_it(client: Client, db: None) -> None:
    with mock.patch("quizzes.views.errors.render", side_effect=ValueError("no frame")):
        response = broken(client)
    page = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side" in page
    assert f"Request {given(response)}" in page


def test_without_static_files_a_plain_page_says_what_is_missing(client: Client, db: None) -> None:
    with mock.patch("quizzes.installation.staticfiles_storage", mock.Mock(manifest_name="staticfiles.json")):
        response = broken(client)
    page = response.content.decode()
    assert response.status_code == 503
    assert "its static files are missing" in page
    assert given(response) in page


def test_the_one_of_a_proxy_is_taken_only_where_a_proxy_is_announced(client: Client, db: None, settings: Any) -> None:
    headers = {request_ids.HEADER: OF_A_PROXY}
    assert given(client.get("/healthz", headers=headers)) != OF_A_PROXY
    settings.TRUSTED_PROXY = "127.0.0.1"
    assert given(client.get("/healthz", headers=headers)) == OF_A_PROXY


@pytest.mark.parametrize("forged", ["short", "x" * 65, "seven ate nine", "7f3a9c52\tERROR", "<b>7f3a9c5</b>", "é" * 10])
def test_one_that_would_confuse_the_log_is_replaced(client: Client, db: None, settings: Any, forged: str) -> None:
    settings.TRUSTED_PROXY = "127.0.0.1"
    assert SHORT.fullmatch(given(client.get("/healthz", headers={request_ids.HEADER: forged})))
