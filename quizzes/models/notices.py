"""Notices: what an instructor should know because others did it. A line on their first page, until they dismiss it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import Text
from quizzes.models.accounts import User
from quizzes.models.bank import Question
from quizzes.models.quizzes import Quiz

# What each kind says: `who` did it, to `what` (a stem, a title), in `quiz`; numbers come out of the details.
SENTENCES: dict[str, Text] = {
    "published": gettext_lazy("%(who)s published a new version of your question “%(what)s”."),
    "newer": gettext_lazy(
        "%(who)s published a new version of “%(what)s”. Your quiz “%(quiz)s” keeps the one it has, until you take the new one there."
    ),
    "changed": gettext_lazy(
        "%(who)s published a new version of “%(what)s”, which your quiz “%(quiz)s” asks from now on."
    ),
    "retired": gettext_lazy("%(who)s took “%(what)s” out of use, which is in your quiz “%(quiz)s”."),
    "question_retired": gettext_lazy("%(who)s took your question “%(what)s” out of use."),
    "archived": gettext_lazy("%(who)s archived “%(what)s”, which is in your quiz “%(quiz)s”."),
    "question_archived": gettext_lazy("%(who)s archived your question “%(what)s”."),
    "quiz_published": gettext_lazy("%(who)s published your quiz “%(quiz)s”."),
    "quiz_unpublished": gettext_lazy(
        "%(who)s made “%(quiz)s” a draft again. It starts no attempts until it is published."
    ),
    "quiz_archived": gettext_lazy("%(who)s archived “%(quiz)s”. It no longer starts attempts."),
    "handed_over": gettext_lazy(
        "%(who)s handed over to you the work of another instructor: %(count)d questions, quizzes and sources."
    ),
    "draws_lost": gettext_lazy(
        "“%(quiz)s” draws only questions that are yours or the site's, or that others let you use. "
        "%(count)d questions that it could draw before are left out."
    ),
    "paper_short": gettext_lazy("“%(quiz)s” asks %(wanted)d questions, and only %(found)d can be asked now."),
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting_for(self, user: User) -> NoticeQuerySet:
        """Return those that were not dismissed, the newest first."""
        return self.filter(recipient=user, dismissed_at=None).order_by("-created_at", "-pk")


class Notice(models.Model):
    """One line. Who did it is a row and not a name, so that a person who is forgotten is forgotten here as well."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    quiz = models.ForeignKey(Quiz, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("notice")
        verbose_name_plural = gettext_lazy("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["recipient", "-created_at"], condition=models.Q(dismissed_at=None), name="notice_waiting"
            )
        ]

    def __str__(self) -> str:
        return str(self.kind)

    @property
    def sentence(self) -> str:
        """What happened; without a query where actor and quiz were fetched with the row."""
        return self.told(who=self.actor.full_name if self.actor else _("Someone"))

    def told(self, *, who: str) -> str:
        """Return what happened, with another word for who did it; without a query where the quiz was fetched with the row."""
        words = {"who": who, "what": "", "count": 0}
        words |= {"wanted": 0, "found": 0, "quiz": self.quiz.title if self.quiz else ""}
        text = str(SENTENCES[self.kind])
        return text % {**words, **self.details}
