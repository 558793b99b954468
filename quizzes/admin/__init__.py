"""The workshop of instructors: Django's admin with forms made for questions, quizzes and classrooms."""
