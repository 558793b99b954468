"""Topics wear one of nine colors and emblems."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.contrib.staticfiles import finders
from django.template import engines

from quizsite.settings import BASE_DIR
from quizzes import emblems
from quizzes.models import Topic

SHIPPED = {
    row["fields"]["slug"]
    for row in json.loads((BASE_DIR / "fixtures/topics.json").read_text())
    if "quizzes.topic" in row["model"]
}
TOPIC = Topic(slug="seoul", name="Seoul")


def rendered(engine: str, source: str) -> str:
    return engines[engine].from_string(source).render({"topic": TOPIC})


def test_every_topic_of_the_bank_has_its_place_and_every_emblem_a_topic() -> None:
    assert {emblems.number_of(slug) for slug in SHIPPED} == set(range(1, 10))
    assert emblems.number_of("collective-security") == 1
    assert emblems.number_of("seoul") == emblems.number_of("funding-member-states") == 6


def test_another_topic_wears_the_same_one_each_time_and_all_nine_are_worn() -> None:
    assert emblems.number_of("photosynthesis") == 7
    worn = Counter(emblems.number_of(f"topic-{n}") for n in range(900))
    assert set(worn) == set(range(1, 10))
    assert min(worn.values()) > 60


def test_the_pictures_are_there() -> None:
    pictures = {emblems.picture(slug) for slug in SHIPPED} | {"quizzes/img/emblems/postmark.svg"}
    assert len(pictures) == 10
    assert not [picture for picture in pictures if finders.find(picture) is None]


@pytest.mark.parametrize(
    ("engine", "source"),
    [("django", "{% load quizzes_emblems %}{% emblem topic %}"), ("jinja2", "{{ emblem(topic) }}")],
)
def test_an_emblem_next_to_its_name_is_decoration(engine: str, source: str) -> None:
    html = rendered(engine, source)
    assert html.startswith('<img class="emblem" src="/static/quizzes/img/emblems/emblem-6')
    assert 'alt=""' in html


def test_an_emblem_that_stands_alone_says_what_it_is() -> None:
    assert 'alt="Seoul &amp; co"' in rendered("jinja2", '{{ emblem(topic, alt="Seoul & co") }}')


def test_a_tag_takes_the_color_of_its_topic() -> None:
    assert rendered("django", "{% load quizzes_emblems %}{{ topic|unit_color }}") == "unit-6"
    assert rendered("jinja2", "{{ topic|unit_color }}") == "unit-6"
