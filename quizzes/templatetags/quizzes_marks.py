"""Marks as pages write them."""

from django import template

from quizzes.figures import marks

register = template.Library()
register.filter(marks)
