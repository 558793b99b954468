"""Two engines share the folder of templates: *.jinja is Jinja2's, everything else is Django's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import jinja2
import pytest
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpResponse
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template, render_to_string
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse, set_script_prefix
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from markupsafe import Markup

from quizsite.jinja import url
from quizsite.settings import BASE_DIR
from quizzes.models import Attempt, User
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED

FOLDER = BASE_DIR / "templates"
JINJA = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.jinja"))
DJANGO = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
NAMED = re.compile(r'{%-?\s*(\w+)\s+"([^"]+\.(?:jinja|html))"')
ENVIRONMENT = engines["jinja2"].env  # type: ignore[attr-defined]
MARKUP = "<b>&\"'"


def shown(source: str, **values: object) -> str:
    return ENVIRONMENT.from_string(source).render(**values)


def rendered_by(name: str) -> str:
    """The module of the engine that a template is for, or what is wrong with the template."""
    try:
        return type(get_template(name)).__module__
    except TemplateSyntaxError as error:
        return str(error)


def test_every_jinja_template_compiles_and_is_rendered_by_jinja() -> None:
    found = {name: rendered_by(name) for name in JINJA}
    assert {name: what for name, what in found.items() if what != "django.template.backends.jinja2"} == {}


def test_every_other_template_is_rendered_by_django() -> None:
    assert {type(get_template(name)).__module__ for name in DJANGO} == {"django.template.backends.django"}


def test_an_engine_is_never_given_a_template_of_the_other() -> None:
    named = [
        (name, tag, other)
        for name in JINJA + DJANGO
        for tag, other in NAMED.findall((FOLDER / name).read_text("utf-8"))
    ]
    crossing = {(tag, name.rpartition(".")[2]) for name, tag, other in named if name.rpartition(".")[2] not in other}
    assert crossing == {("jinja", "html")}  # the tag that renders a part in a page of Django's
    assert {other for _name, _tag, other in named if other.endswith(".jinja")} <= set(JINJA)


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        shown("{% if card.verdcit %}{% endif %}", card={"verdict": "right"})


def test_texts_and_their_values_are_escaped() -> None:
    assert shown("{{ a }}{{ _('%(x)s is', x=a) }}", a="<i>'\"") == "&lt;i&gt;&#39;&#34;&lt;i&gt;&#39;&#34; is"
    assert shown("{{ ngettext('%(n)s %(x)s', '%(n)s %(x)ss', 2, x=a) }}", a="<i>") == "2 &lt;i&gt;s"


def test_what_is_marked_as_safe_stays_as_it_is() -> None:
    assert shown("{{ a }}{{ b }}{{ c }}", a=mark_safe("<i>"), b=Markup("<b>"), c=3) == "<i><b>3"
    assert shown("{% macro m(x) %}<p>{{ x }}</p>{% endmacro %}{{ m(a) }}", a="<i>") == "<p>&lt;i&gt;</p>"


def test_a_text_without_values_may_hold_percent_signs() -> None:
    assert shown("{{ _('100% right') }} {{ _('Pass mark %(p)s%%', p=60) }}") == "100% right Pass mark 60%"


def test_times_are_shown_in_the_readers_zone() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with timezone.override("Africa/Nairobi"), stopped_at(at):  # of this year
        assert shown("{{ at|date('j M, H:i') }}", at=at) == "Mon, Mar 2, 12:00 p.m."


def test_addresses_are_those_of_reverse() -> None:
    for name, arguments in (("home", ()), ("attempt_question", (12, 3)), ("quiz_detail", ("a-b_c",))):
        assert url(f"quizzes:{name}", *arguments) == reverse(f"quizzes:{name}", args=arguments)
    with pytest.raises(NoReverseMatch):
        url("quizzes:no_such_page")


def test_addresses_follow_the_place_where_the_site_is_mounted() -> None:
    set_script_prefix("/under/")
    try:
        assert url("quizzes:attempt", 5) == "/under/attempts/5/"
    finally:
        set_script_prefix("/")
    assert url("quizzes:attempt", 5) == "/attempts/5/"


def test_a_part_of_jinja_in_a_page_of_django_knows_request_and_user(learner: User) -> None:
    request = RequestFactory().get("/")
    request.user = learner
    page = engines["django"].from_string('{% load quizzes_jinja %}{% jinja "quizzes/_account_menu.jinja" %}')
    html = page.render({}, request)
    assert '<span class="who">learner</span>' in html
    assert 'name="csrfmiddlewaretoken"' in html


def test_a_message_is_escaped_unless_it_is_marked_as_safe(learner: User) -> None:
    request = RequestFactory().get("/")
    request.user = learner
    request.session = SessionStore()
    MessageMiddleware(lambda _request: HttpResponse())(request)  # from now on it has messages
    messages.success(request, MARKUP)
    messages.success(request, format_html('<a href="/admin/">{}</a>', MARKUP))
    html = get_template("quizzes/_messages.jinja").render({}, request)
    assert "<span>&lt;b&gt;&amp;&#34;&#39;</span>" in html
    assert '<span><a href="/admin/">&lt;b&gt;&amp;&quot;&#x27;</a></span>' in html


def test_markup_in_names_and_texts_is_shown_as_text_on_every_page_of_an_attempt(
    client: Client, instructor: User, learner: User, now: datetime
) -> None:
    spec = factories.single_choice(f"Which {MARKUP}?")
    spec["options"][1]["text"] = f"wrong {MARKUP}"
    spec["options"][1]["feedback"] = f"no {MARKUP}"
    asked = [
        factories.question(spec),
        factories.question({"stem": "Say", "answers": [{"text": "x"}]}, type="short_answer"),
    ]
    quiz = factories.quiz(asked, title=f"Title {MARKUP}", description=f"About {MARKUP}", is_open_to_all=False)
    User.objects.filter(pk=learner.pk).update(first_name=f"Ann {MARKUP}")
    room = factories.classroom(instructor=instructor, students=[learner], name=f"Class {MARKUP}")
    given = factories.assignment(room, quiz, closes_at=timezone.now() + timedelta(days=1))
    client.force_login(learner)
    pages = {page: client.get(page) for page in ("/quizzes/", f"/quizzes/{quiz.slug}/")}
    client.post(f"/quizzes/{quiz.slug}/start/", {"assignment": given.pk})
    here = f"/attempts/{Attempt.objects.get().pk}/"
    answer = {"q1-revision": 0, "q1-choice": 1, "q2-revision": 0, "q2-text": f"typed {MARKUP}"}
    assert client.post(here + "all/", answer).status_code == 302
    for page in ("all/", "questions/1/", "questions/2/", "summary/", "timeline/", "deadline/"):
        pages[page] = client.get(here + page)
    client.post(here + "submit/", CONFIRMED)
    pages |= {"result": client.get(here + "result/"), "history": client.get("/attempts/")}
    client.force_login(instructor)
    pages |= {f"class {page}": client.get(here + page) for page in ("result/", "timeline/", "deadline/")}
    for name, page in pages.items():
        html = page.content.decode()
        assert page.status_code == 200, name
        assert "&lt;b&gt;" in html, name
        assert "<b>&" not in html, name


def test_lines_of_templates_have_at_most_120_characters() -> None:
    """Texts of mails stand as they are sent."""
    long = [
        f"{name}:{number}"
        for name in (*JINJA, *DJANGO)
        for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > 120
    ]
    assert long == []


def test_both_engines_draw_the_same_frame(learner: User) -> None:
    request = RequestFactory().get("/")
    request.user = learner
    request.session = {}  # type: ignore[assignment]
    pages = [render_to_string(f"base.{kind}", {}, request) for kind in ("jinja", "html")]
    one, other = (re.sub(r"\s+", "", re.sub(r'value="\w{64}"', "", page)) for page in pages)  # tokens differ each time
    assert one == other
