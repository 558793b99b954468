"""Addresses of the application."""

from django.urls import URLPattern

app_name = "quizzes"
urlpatterns: list[URLPattern] = []
