"""Dates as Django writes them by itself, in the style of `quizzes.local_time.in_words`; with the year, which it cannot leave out."""

DATE_FORMAT = "D, M j, Y"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "D, M j, Y, g:i a"
SHORT_DATE_FORMAT = "M j, Y"
SHORT_DATETIME_FORMAT = "M j, Y, g:i a"
