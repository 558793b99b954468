"""Translators are given the texts of both kinds of templates."""

from __future__ import annotations

from quizzes.management.commands.makemessages import as_python


def test_texts_of_a_jinja_template_become_calls_on_their_own_lines() -> None:
    source = (
        '{% macro title(n) %}\n<h1 title="{{ _(\'Leave; it\\\'s kept\') }}">{{ _("Question %(n)s", n=n) }}</h1>\n'
        '{% endmacro %}{{ ngettext("%(n)s minute", "%(n)s minutes", 2) }}'
    )
    assert as_python(source).splitlines() == [
        "",
        """_("Leave; it's kept"); _('Question %(n)s'); """,
        "ngettext('%(n)s minute', '%(n)s minutes'); ",
    ]
