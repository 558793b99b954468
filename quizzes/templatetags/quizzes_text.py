"""The texts of authors in Django's templates: `markdown`, `inline_markdown` and `plain` as filters."""

from django import template

from quizzes.markdown import inline_markdown, markdown, plain

register = template.Library()
for text_filter in (markdown, inline_markdown, plain):
    register.filter(text_filter)
