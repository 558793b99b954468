"""Every page of the workshop; imported once, by the app's configuration, when the site exists."""

from quizzes.admin import accounts, attempts, bank, classrooms, members, questions, quizzes, study

__all__ = ["accounts", "attempts", "bank", "classrooms", "members", "questions", "quizzes", "study"]
