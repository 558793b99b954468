"""The filters of markup.py for templates of Django's engine: {% load quizzes_text %} {{ option.text|inline_markdown }}."""

from django import template

from quizzes.markup import inline_markdown, markdown, plain

register = template.Library()
for name, function in {"markdown": markdown, "inline_markdown": inline_markdown, "plain": plain}.items():
    register.filter(name, function)
