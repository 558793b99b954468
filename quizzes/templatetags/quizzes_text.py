"""The filters of markup.py for templates of Django's engine: {% load quizzes_text %} {{ option.text|inline_markdown }}, {% stem card.stem "h2" %}."""

from django import template

from quizzes.markup import inline_markdown, markdown, plain, stem
from quizzes.reports.glossary import with_terms

register = template.Library()
register.filter("with_terms", with_terms)
for name, function in {"markdown": markdown, "inline_markdown": inline_markdown, "plain": plain}.items():
    register.filter(name, function)
register.simple_tag(stem)
