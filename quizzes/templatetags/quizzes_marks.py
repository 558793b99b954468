"""Marks as pages write them."""

from django import template

from quizzes.figures import marks, points

register = template.Library()
register.filter(marks)
register.filter(points)
