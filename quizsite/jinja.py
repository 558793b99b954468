"""The environment of the pages that Jinja2 renders: files named *.jinja, beside those of Django's engine (*.html).

A page takes a third of the time that Django's engine needs, so the pages on the way through an attempt and the frame
around all pages are written for it. Names that are not there are errors, everything is escaped, and filters are the
functions behind our template tags.

    {{ _("Question %(n)s", n=card.slot) }}   {{ ngettext("%(n)s minute", "%(n)s minutes", way.minutes) }}
    {{ url("quizzes:attempt", attempt.pk) }} {{ static("quizzes/css/site.css") }}   {{ attempt.due_at|date("j M, H:i") }}
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache, wraps
from html import escape
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.template import defaultfilters
from django.template.backends.utils import csrf_input
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import formats, timezone, translation
from django.utils.functional import SimpleLazyObject
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from quizzes.local_time import duration
from quizzes.templatetags import quizzes_cards, quizzes_text

Made = TypeVar("Made")
FIRST_NUMBER = 1_000_000_001  # stands for an argument of an address; no address has such a number of its own


class JinjaFiles(FileSystemLoader):
    """Answers for *.jinja only, so that every other name is Django's."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if not template.endswith(".jinja"):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


class Compiler(CodeGenerator):
    """Lets `shown` escape what a page puts out: Jinja's own way makes an object of every value, a sixth of a page's time."""

    def _output_child_pre(self, node: Any, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Spoken(NodeTransformer):
    """Puts each sentence without values into the compiled page, joined with what stands around it."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  (so named by Jinja)
        self.generic_visit(node)
        is_sentence = isinstance(node.node, nodes.Name) and node.node.name == "_" and not node.kwargs
        if not is_sentence or len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            return node
        with translation.override(settings.LANGUAGE_CODE):
            return nodes.MarkSafe(nodes.Const(translation.gettext(node.args[0].value)), lineno=node.lineno)


class Pages(Environment):
    code_generator_class = Compiler

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        if len(settings.LANGUAGES) == 1:  # else it is known only when the page is shown
            source = Spoken().visit(source)
        return super()._generate(source, *args, **options)

    @staticmethod
    def shown(value: Any) -> str:
        """A value as it stands in a page: escaped, unless it is marked as safe."""
        if type(value) is not str and hasattr(value, "__html__"):
            return value.__html__()
        return escape(str(value))

    def make_globals(self, given: Any) -> Any:
        """A dict of each template's own; Jinja's chain of two is read several times as slowly, once for each part of a page."""
        return {**self.globals, **(given or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Of a dict its entry (`card.options`), not a method of that name; asking for that first costs an exception."""
        try:
            return obj[attribute] if type(obj) is dict else getattr(obj, attribute)
        except (AttributeError, KeyError):
            return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """What `TEMPLATES` names; `options` are the backend's (autoescape, auto_reload, loader)."""
    options |= {
        "loader": JinjaFiles(options["loader"].searchpath),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "cache_size": -1,  # all of them; the usual cache keeps the newest, and counts at every part of a page
    }
    made = Pages(**options)
    made.globals.update(
        _=translated,
        ngettext=translated_count,
        url=url,
        static=cache(static),
        language=translation.get_language,
        time_zone=timezone.get_current_timezone_name,
        card_body=quizzes_cards.card_body,
        fixed=fixed,
    )
    made.filters.update(
        capfirst=defaultfilters.capfirst,
        date=local_date,
        duration=duration,
        floatformat=figure,
        inline_markdown=quizzes_text.inline_markdown,
        localize=formats.localize,
        linebreaksbr=defaultfilters.linebreaksbr,
        markdown=quizzes_text.markdown,
        plain=quizzes_text.plain,
        truncatewords=truncated,
    )
    return made


def for_each_language(make: Callable[..., Made]) -> Callable[..., Made]:
    """Keeps what a function of texts and numbers gives, for each language apart; with one there is none to look up."""
    if len(settings.LANGUAGES) == 1:
        return lru_cache(maxsize=4000)(make)

    @lru_cache(maxsize=4000)
    def kept(_language: str | None, *values: object) -> Made:
        return make(*values)

    @wraps(make)
    def ask(*values: object) -> Made:
        return kept(translation.get_language(), *values)

    return ask


@for_each_language
def _words(text: str) -> Markup:
    return Markup(translation.gettext(text))  # noqa: S704  texts of templates, never of people


@for_each_language
def _form(one: str, many: str, n: int) -> Markup:
    return Markup(translation.ngettext(one, many, n))  # noqa: S704


def translated(text: str, /, **values: object) -> Markup:
    """A sentence in the reader's language; values take the places %(name)s and are escaped."""
    return filled(_words(text), values) if values else _words(text)


def translated_count(one: str, many: str, n: int, /, **values: object) -> Markup:
    """The form of a sentence for `n` things, which is written where %(n)s stands."""
    return filled(_form(one, many, n), {"n": n, **values})


def filled(sentence: Markup, values: dict[str, object]) -> Markup:
    """The sentence with escaped values in their places; Markup's own % makes an object of each that escapes itself."""
    return Markup(str.__mod__(sentence, {name: Pages.shown(value) for name, value in values.items()}))  # noqa: S704


@for_each_language
def fixed(name: str) -> Markup:
    """A part that is the same for everybody at all times."""
    return Markup(render_to_string(name, using="jinja2"))  # noqa: S704  a template escapes what it shows


@for_each_language
def truncated(text: str, words: int) -> str:
    """The beginning of a text, which many pages show again and again."""
    return defaultfilters.truncatewords(text, words)


@for_each_language
def figure(value: Decimal, places: int) -> str:
    """Marks and points as Django's `floatformat` writes them; a quiz has few that differ."""
    return defaultfilters.floatformat(value, places)


def form_token(request: HttpRequest) -> dict[str, object]:
    """What a page has beside Django's own: the hidden field of its forms, made once and not for each of them."""
    return {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}


def url(name: str, *arguments: object) -> str:
    """The address of a page."""
    path = _address(name, len(arguments), get_script_prefix())
    return path.format(*map(as_part, arguments)) if arguments else path


def as_part(argument: object) -> str:
    """An argument as a part of an address; numbers, which most are, need no look at their signs."""
    return str(argument) if type(argument) is int else quote(str(argument), safe="")


@cache
def _address(name: str, places: int, _prefix: str) -> str:
    """An address with {0}, {1}, … for its arguments; filling these in costs a fiftieth of reversing."""
    numbers = [FIRST_NUMBER + place for place in range(places)]
    path = reverse(name, args=numbers)
    for place, number in enumerate(numbers):
        path = path.replace(str(number), f"{{{place}}}")
    return path


def local_date(value: datetime, pattern: str) -> str:
    """A time in the reader's zone, by the letters of Django's `date` filter."""
    return defaultfilters.date(timezone.localtime(value), pattern)
