"""Durations in words."""

from django import template

from quizzes.local_time import duration

register = template.Library()
register.filter(duration)
