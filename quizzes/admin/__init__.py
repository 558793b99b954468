"""The workshop of instructors: Django's admin with forms made for questions, quizzes and classrooms.

`registry` brings the pages in. It is not imported here: the site class lives in this package and must exist first.
"""
