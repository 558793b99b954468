"""The cast of the workshop's tests."""

from copy import deepcopy
from types import SimpleNamespace

import pytest
from django.test import Client

from quizzes.models import User
from tests.admin import cast


@pytest.fixture
def stage(stage_of_module: SimpleNamespace, db: None) -> SimpleNamespace:
    """Ada teaches 10B with Sam in it; Bea teaches 11C with Tim. Each has a quiz of one question, and one attempt.

    The question is Ada's, who lets others change it. Each test has objects of its own, of rows that are made once.
    """
    return deepcopy(stage_of_module)


@pytest.fixture(scope="module")
def stage_of_module(kept_rows: None) -> SimpleNamespace:
    ada, bea = cast.instructor("ada"), cast.instructor("bea")
    sam, tim = cast.learner("sam"), cast.learner("tim")
    question = cast.question(owner=ada, visibility="edit")
    made = SimpleNamespace(ada=ada, bea=bea, sam=sam, tim=tim, question=question)
    for who, learner, name, key in ((ada, sam, "10B", "ada"), (bea, tim, "11C", "bea")):
        room = cast.classroom(who, learner, name=name)
        quiz = cast.quiz(who, question, title=f"Quiz of {name}", slug=f"quiz-{key}")
        given = cast.assignment(room, quiz)
        setattr(made, f"{key}_room", room)
        setattr(made, f"{key}_quiz", quiz)
        setattr(made, f"{key}_assignment", given)
        setattr(made, f"{key}_attempt", cast.attempt(learner, given, {1: {"choice": ["1"]}}))
    return made


def logged_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def as_ada(stage: SimpleNamespace) -> Client:
    return logged_in(stage.ada)


@pytest.fixture
def as_bea(stage: SimpleNamespace) -> Client:
    return logged_in(stage.bea)


@pytest.fixture
def as_root(stage: SimpleNamespace) -> Client:
    return logged_in(User.objects.create(username="root", is_staff=True, is_superuser=True))
