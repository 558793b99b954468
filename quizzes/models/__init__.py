"""Tables: fields, named constraints, QuerySets in domain words, predicates of (row, now)."""

from quizzes.models.accounts import User
from quizzes.models.answers import Answer
from quizzes.models.assignments import Accommodation, Assignment
from quizzes.models.attempt_events import AttemptEvent
from quizzes.models.attempts import Attempt
from quizzes.models.bank import Question, QuestionSource, QuestionVersion
from quizzes.models.classification import Tag, Topic
from quizzes.models.classrooms import Classroom, Membership
from quizzes.models.imports import ImportDraft
from quizzes.models.invitations import InstructorInvitation, Invitation
from quizzes.models.notices import Notice
from quizzes.models.ownership import Visibility
from quizzes.models.quiz_items import QuizItem
from quizzes.models.quizzes import FeedbackBand, Quiz
from quizzes.models.reference import Body, GlossaryTerm, TimelineEntry
from quizzes.models.reviews import ReviewCard, ReviewedAttempt, ReviewLog, ReviewSettings
from quizzes.models.shares import QuizShare
from quizzes.models.sources import Source
from quizzes.models.study import EarlierText, Mastery, NotePlace, StudyNote, Unit

__all__ = [
    "Accommodation",
    "Answer",
    "Assignment",
    "Attempt",
    "AttemptEvent",
    "Body",
    "Classroom",
    "EarlierText",
    "FeedbackBand",
    "GlossaryTerm",
    "ImportDraft",
    "InstructorInvitation",
    "Invitation",
    "Mastery",
    "Membership",
    "NotePlace",
    "Notice",
    "Question",
    "QuestionSource",
    "QuestionVersion",
    "Quiz",
    "QuizItem",
    "QuizShare",
    "ReviewCard",
    "ReviewLog",
    "ReviewSettings",
    "ReviewedAttempt",
    "Source",
    "StudyNote",
    "Tag",
    "TimelineEntry",
    "Topic",
    "Unit",
    "User",
    "Visibility",
]
