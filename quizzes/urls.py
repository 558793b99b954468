"""Addresses of the application, a block for each noun."""

from django.urls import path

from quizzes.views import (
    about,
    accounts,
    assignments,
    attempt_actions,
    attempt_api,
    attempts,
    bank,
    boards,
    classrooms,
    deadlines,
    gradebook,
    growth,
    health,
    home,
    instructors,
    invitations,
    marking,
    members,
    passwords,
    practice,
    preview_actions,
    previews,
    quizzes,
    reviews,
    rosters,
    slips,
    study,
)

app_name = "quizzes"
urlpatterns = [
    # home and one's own account
    path("", home.home, name="home"),
    path("notices/<int:pk>/dismiss/", home.notice_dismiss, name="notice_dismiss"),
    path("account/", accounts.profile, name="profile"),
    path("account/password/", passwords.password_choose, name="password_choose"),
    path("account/username/", accounts.username, name="username"),
    # about the site
    path("help/", about.help_page, name="help"),
    path("privacy/", about.privacy, name="privacy"),
    # instructors, by invitation
    path("instructors/", instructors.instructor_list, name="instructor_list"),
    path("instructors/<int:pk>/revoke/", instructors.instructor_revoke, name="instructor_revoke"),
    path("instructors/invitation/<str:token>/", instructors.instructor_accept, name="instructor_accept"),
    # attempts
    path("attempts/", attempts.attempt_list, name="attempt_list"),
    path("attempts/<int:pk>/", attempts.attempt, name="attempt"),
    path("attempts/<int:pk>/questions/<int:slot>/", attempts.attempt_question, name="attempt_question"),
    path("attempts/<int:pk>/all/", attempts.attempt_all, name="attempt_all"),
    path("attempts/<int:pk>/summary/", attempts.attempt_summary, name="attempt_summary"),
    path("attempts/<int:pk>/submit/", attempts.attempt_submit, name="attempt_submit"),
    path("attempts/<int:pk>/unanswered/", attempts.attempt_unanswered, name="attempt_unanswered"),
    path("attempts/<int:pk>/result/", attempts.attempt_result, name="attempt_result"),
    path("attempts/<int:pk>/timeline/", attempts.attempt_timeline, name="attempt_timeline"),
    path("attempts/<int:pk>/deadline/", attempts.attempt_deadline, name="attempt_deadline"),
    path("attempts/<int:pk>/deadline/change/", deadlines.attempt_extend, name="attempt_extend"),
    path("attempts/<int:pk>/reopen/", deadlines.attempt_reopen, name="attempt_reopen"),
    path("attempts/<int:pk>/save/", attempt_api.attempt_save, name="attempt_save"),
    path("attempts/<int:pk>/state/", attempt_api.attempt_state, name="attempt_state"),
    path("attempts/<int:pk>/flag/", attempt_api.attempt_flag, name="attempt_flag"),
    # what the buttons of its pages do
    path("attempts/<int:pk>/questions/<int:slot>/turn/", attempt_actions.attempt_turn, name="attempt_turn"),
    path("attempts/<int:pk>/questions/<int:slot>/advance/", attempt_actions.attempt_advance, name="attempt_advance"),
    path("attempts/<int:pk>/questions/<int:slot>/check/", attempt_actions.attempt_check, name="attempt_check"),
    path("attempts/<int:pk>/questions/<int:slot>/show/", attempt_actions.attempt_show, name="attempt_show"),
    path(
        "attempts/<int:pk>/questions/<int:slot>/try-again/", attempt_actions.attempt_try_again, name="attempt_try_again"
    ),
    path("attempts/<int:pk>/questions/<int:slot>/flag/", attempt_actions.attempt_set_flag, name="attempt_set_flag"),
    path(
        "attempts/<int:pk>/questions/<int:slot>/unflag/", attempt_actions.attempt_clear_flag, name="attempt_clear_flag"
    ),
    path("attempts/<int:pk>/questions/<int:slot>/to-deck/", attempt_actions.attempt_to_deck, name="attempt_to_deck"),
    path("attempts/<int:pk>/review/", attempt_actions.attempt_review, name="attempt_review"),
    path("attempts/<int:pk>/one-page/", attempt_actions.attempt_one_page, name="attempt_one_page"),
    # review deck
    path("review/", reviews.review_deck, name="review_deck"),
    path("review/next/", reviews.review_ask, name="review_ask"),
    path("review/check/", reviews.review_check, name="review_check"),
    path("review/unknown/", reviews.review_unknown, name="review_unknown"),
    path("review/answers/<int:pk>/", reviews.review_answer, name="review_answer"),
    path("review/undo/", reviews.review_undo, name="review_undo"),
    path("review/cards/<int:pk>/bury/", reviews.review_bury, name="review_bury"),
    path("review/cards/<int:pk>/suspend/", reviews.review_suspend, name="review_suspend"),
    path("review/cards/<int:pk>/resume/", reviews.review_resume, name="review_resume"),
    path("review/add/<int:pk>/<int:slot>/", reviews.review_add, name="review_add"),
    path("review/suspended/", reviews.review_suspended, name="review_suspended"),
    path("review/settings/", reviews.review_settings, name="review_settings"),
    # quizzes
    path("quizzes/", quizzes.quiz_list, name="quiz_list"),
    path("quizzes/<slug:slug>/", quizzes.quiz_detail, name="quiz_detail"),
    path("quizzes/<slug:slug>/start/", quizzes.quiz_start, name="quiz_start"),
    # one's own progress, and practice that one puts together
    path("progress/", growth.progress, name="progress"),
    path("practice/", practice.practice, name="practice"),
    path("practice/start/", practice.practice_start, name="practice_start"),
    # previews, for those who write a quiz
    path("previews/answers/", previews.preview_answers, name="preview_answers"),
    path("quizzes/<slug:slug>/preview/", previews.quiz_preview, name="quiz_preview"),
    path("quizzes/<slug:slug>/preview/start/", previews.quiz_preview_start, name="quiz_preview_start"),
    path("quizzes/<slug:slug>/preview/go-on/", previews.quiz_preview_go_on, name="quiz_preview_go_on"),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/",
        previews.quiz_preview_question,
        name="quiz_preview_question",
    ),
    path("quizzes/<slug:slug>/preview/all/", previews.quiz_preview_all, name="quiz_preview_all"),
    path("quizzes/<slug:slug>/preview/summary/", previews.quiz_preview_summary, name="quiz_preview_summary"),
    path("quizzes/<slug:slug>/preview/unanswered/", previews.quiz_preview_unanswered, name="quiz_preview_unanswered"),
    path("quizzes/<slug:slug>/preview/submit/", previews.quiz_preview_submit, name="quiz_preview_submit"),
    path("quizzes/<slug:slug>/preview/result/", previews.quiz_preview_result, name="quiz_preview_result"),
    path("quizzes/<slug:slug>/preview/end/", previews.quiz_preview_end, name="quiz_preview_end"),
    # what the buttons of their pages do
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/turn/",
        preview_actions.quiz_preview_turn,
        name="quiz_preview_turn",
    ),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/advance/",
        preview_actions.quiz_preview_advance,
        name="quiz_preview_advance",
    ),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/check/",
        preview_actions.quiz_preview_check,
        name="quiz_preview_check",
    ),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/show/",
        preview_actions.quiz_preview_show,
        name="quiz_preview_show",
    ),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/try-again/",
        preview_actions.quiz_preview_try_again,
        name="quiz_preview_try_again",
    ),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/flag/",
        preview_actions.quiz_preview_set_flag,
        name="quiz_preview_set_flag",
    ),
    path(
        "quizzes/<slug:slug>/preview/questions/<int:slot>/unflag/",
        preview_actions.quiz_preview_clear_flag,
        name="quiz_preview_clear_flag",
    ),
    path("quizzes/<slug:slug>/preview/review/", preview_actions.quiz_preview_review, name="quiz_preview_review"),
    path("quizzes/<slug:slug>/preview/one-page/", preview_actions.quiz_preview_one_page, name="quiz_preview_one_page"),
    # bank
    path("sources/<slug:slug>/", bank.source_detail, name="source_detail"),
    path("topics/<slug:slug>/", bank.topic_detail, name="topic_detail"),
    # to read
    path("learn/", study.study_path, name="study_path"),
    path("learn/glossary/", study.study_glossary, name="study_glossary"),
    path("learn/timeline/", study.study_timeline, name="study_timeline"),
    path("learn/who-does-what/", study.study_bodies, name="study_bodies"),
    path("learn/units/<slug:slug>/", study.study_unit, name="study_unit"),
    path("learn/units/<slug:slug>/copy/", study.study_unit_copy, name="study_unit_copy"),
    path("learn/notes/<slug:slug>/", study.study_note, name="study_note"),
    # classrooms
    path("classrooms/", classrooms.classroom_list, name="classroom_list"),
    path("classrooms/new/", classrooms.classroom_create, name="classroom_create"),
    path("classrooms/join/", classrooms.classroom_join, name="classroom_join"),
    path("classrooms/join/<str:code>/", classrooms.classroom_join_link, name="classroom_join_link"),
    path("classrooms/<int:pk>/", classrooms.classroom_detail, name="classroom_detail"),
    path("classrooms/<int:pk>/me/", classrooms.classroom_me, name="classroom_me"),
    path("classrooms/<int:pk>/settings/", classrooms.classroom_settings, name="classroom_settings"),
    path("classrooms/<int:pk>/archive/", classrooms.classroom_archive, name="classroom_archive"),
    path("classrooms/<int:pk>/members/", members.classroom_members, name="classroom_members"),
    path("classrooms/<int:pk>/members/<int:member>/", members.classroom_member, name="classroom_member"),
    path("classrooms/<int:pk>/code/", members.classroom_code, name="classroom_code"),
    path("classrooms/<int:pk>/qr.svg", members.classroom_qr, name="classroom_qr"),
    path("classrooms/invitations/<int:pk>/", invitations.invitation, name="invitation"),
    path("classrooms/<int:pk>/roster/", rosters.classroom_roster, name="classroom_roster"),
    path("classrooms/<int:pk>/roster/sample.csv", rosters.classroom_sample_csv, name="classroom_sample_csv"),
    path("classrooms/<int:pk>/roster/sample.xlsx", rosters.classroom_sample_xlsx, name="classroom_sample_xlsx"),
    path("classrooms/<int:pk>/slips/", slips.classroom_slips, name="classroom_slips"),
    # boards that follow by themselves
    path("classrooms/<int:pk>/board/", boards.classroom_board, name="classroom_board"),
    path("classrooms/<int:pk>/projector/", boards.classroom_projector, name="classroom_projector"),
    path("assignments/<int:pk>/board/", boards.assignment_board, name="assignment_board"),
    path("assignments/<int:pk>/progress/", boards.assignment_progress, name="assignment_progress"),
    # assignments
    path("classrooms/<int:pk>/assignments/new/", assignments.assignment_create, name="assignment_create"),
    path("assignments/<int:pk>/", assignments.assignment_detail, name="assignment_detail"),
    path("assignments/<int:pk>/edit/", assignments.assignment_edit, name="assignment_edit"),
    path("assignments/<int:pk>/accommodations/<int:member>/", assignments.accommodation, name="accommodation"),
    # gradebooks
    path("classrooms/<int:pk>/gradebook/", gradebook.gradebook, name="gradebook"),
    path("classrooms/<int:pk>/gradebook.csv", gradebook.gradebook_csv, name="gradebook_csv"),
    path("classrooms/<int:pk>/gradebook.xlsx", gradebook.gradebook_xlsx, name="gradebook_xlsx"),
    # marking by hand
    path("marking/", marking.marking_queue, name="marking_queue"),
    path("marking/answers/<int:pk>/", marking.marking_answer, name="marking_answer"),
    # for monitors
    path("healthz", health.healthz, name="healthz"),
]
