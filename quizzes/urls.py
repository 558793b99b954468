"""Addresses of the application, a block for each noun."""

from django.urls import path

from quizzes.views import accounts, attempt_api, attempts, bank, home, marking, quizzes

app_name = "quizzes"
urlpatterns = [
    # home and one's own account
    path("", home.home, name="home"),
    path("account/", accounts.profile, name="profile"),
    # quizzes
    path("quizzes/", quizzes.quiz_list, name="quiz_list"),
    path("quizzes/<slug:slug>/", quizzes.quiz_detail, name="quiz_detail"),
    path("quizzes/<slug:slug>/start/", quizzes.quiz_start, name="quiz_start"),
    # bank
    path("sources/<slug:slug>/", bank.source_detail, name="source_detail"),
    path("topics/<slug:slug>/", bank.topic_detail, name="topic_detail"),
    # attempts
    path("attempts/", attempts.attempt_list, name="attempt_list"),
    path("attempts/<int:pk>/", attempts.attempt, name="attempt"),
    path("attempts/<int:pk>/questions/<int:slot>/", attempts.attempt_question, name="attempt_question"),
    path("attempts/<int:pk>/all/", attempts.attempt_all, name="attempt_all"),
    path("attempts/<int:pk>/summary/", attempts.attempt_summary, name="attempt_summary"),
    path("attempts/<int:pk>/submit/", attempts.attempt_submit, name="attempt_submit"),
    path("attempts/<int:pk>/result/", attempts.attempt_result, name="attempt_result"),
    path("attempts/<int:pk>/timeline/", attempts.attempt_timeline, name="attempt_timeline"),
    path("attempts/<int:pk>/deadline/", attempts.attempt_deadline, name="attempt_deadline"),
    path("attempts/<int:pk>/save/", attempt_api.attempt_save, name="attempt_save"),
    path("attempts/<int:pk>/state/", attempt_api.attempt_state, name="attempt_state"),
    path("attempts/<int:pk>/flag/", attempt_api.attempt_flag, name="attempt_flag"),
    # marking by hand
    path("marking/", marking.marking_queue, name="marking_queue"),
    path("marking/answers/<int:pk>/", marking.marking_answer, name="marking_answer"),
]
