"""The environment of the pages that Jinja2 renders: files named *.jinja, next to those of Django's engine (*.html).

A page takes a third of the time that Django's engine needs, so the learner's pages and the frame around all pages are
written for it. Names that are not there are errors, everything is escaped, and filters are those of Django's templates.

    {{ _("Question %(n)s", n=card.slot) }}   {{ ngettext("%(n)s minute", "%(n)s minutes", way.minutes) }}
    {{ url("quizzes:attempt", attempt.pk) }} {{ static("quizzes/css/base.css") }}   {{ attempt.due_at|date("j M, H:i") }}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from urllib.parse import urlencode

from django.template import defaultfilters
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import formats, timezone, translation
from django.utils.module_loading import import_string
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from quizsite import serif

ADDRESSES_KEPT = 10_000  # a page of an attempt has thirty; reversing each takes longer than the rest of its line


class JinjaFiles(FileSystemLoader):
    """Answers for *.jinja only, so that every other name is Django's."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if not template.endswith(".jinja"):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


def environment(
    *,
    loader: FileSystemLoader,
    auto_reload: bool,
    app_globals: Mapping[str, str],
    app_filters: Mapping[str, str],
    **_defaults_of_django: object,
) -> Environment:
    """Build what `TEMPLATES` names; functions of the app come from there too, by their import paths."""
    made = Environment(
        loader=JinjaFiles(loader.searchpath),
        auto_reload=auto_reload,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=translated,
        ngettext=translated_count,
        url=url,
        with_query=with_query,
        has_serif=serif.is_installed,
        static=cache(static),  # the names of files stay as they are while the process runs
        language=translation.get_language,
        time_zone=timezone.get_current_timezone_name,
        **{name: import_string(path) for name, path in app_globals.items()},
    )
    made.filters.update(
        capfirst=defaultfilters.capfirst,
        floatformat=defaultfilters.floatformat,
        localize=formats.localize,
        linebreaksbr=defaultfilters.linebreaksbr,
        truncatewords=defaultfilters.truncatewords,
        **{name: import_string(path) for name, path in app_filters.items()},
    )
    return made


def translated(text: str, /, **values: object) -> Markup:
    """Return a sentence in the reader's language; values take the places %(name)s and are escaped."""
    sentence = Markup(translation.gettext(text))  # noqa: S704  texts of templates, never of people
    return sentence % values if values else sentence


def translated_count(one: str, many: str, n: int, /, **values: object) -> Markup:
    """Return the form of a sentence for `n` things, which is written where %(n)s stands."""
    return Markup(translation.ngettext(one, many, n)) % {"n": n, **values}  # noqa: S704


def with_query(**values: str) -> str:
    """Return what follows the address of a page to give it these values; those that are empty are left out."""
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""


def url(name: str, *arguments: object) -> str:
    """Return the address of a page."""
    return _address(get_script_prefix(), name, arguments)


@lru_cache(maxsize=ADDRESSES_KEPT)
def _address(_prefix: str, name: str, arguments: tuple[object, ...]) -> str:
    return reverse(name, args=arguments)
