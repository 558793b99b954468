"""What all pages of one quiz share: the quiz, fetched through permission, and a word on attempts after a change."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.admin.parts import AdminPart
from quizzes.admin.scope import person
from quizzes.models import Attempt, Quiz
from quizzes.services import points


class QuizPart(AdminPart):
    """The base of the parts of the quiz's ModelAdmin."""

    def looked_at(self, request: HttpRequest, pk: object) -> Quiz:
        """Return the quiz, if the person may see it."""
        quiz: Quiz | None = self.get_object(request, str(pk))
        if quiz is None:
            raise Http404
        return quiz

    def fetched(self, request: HttpRequest, pk: int) -> Quiz:
        """Return the quiz, if the person may change it; refused where they may only see it."""
        quiz = self.looked_at(request, pk)
        if not self.has_change_permission(request, quiz):
            raise PermissionDenied
        return quiz

    def tell_of_attempts(self, request: HttpRequest, quiz: Quiz, asked: set[tuple[object, ...]]) -> None:
        """Say after saving how many attempts were made by what the quiz `asked` before, and where to look at them."""
        count = quiz.attempts.finished().count()
        if not count or points.asked_by(quiz) == asked:
            return
        if marked := points.effect(quiz, Attempt.objects.managed_by(person(request))).attempts:
            words = ngettext(
                "%(n)d attempt was marked by the old points.", "%(n)d attempts were marked by the old points.", marked
            )
            url, link = reverse("admin:quizzes_quiz_points", args=[quiz.pk]), _("Keep them, or re-mark")
            messages.warning(request, format_html('{} <a href="{}">{}</a>', words % {"n": marked}, url, link))
        else:
            words = ngettext(
                "%(n)d attempt was made before this change, and stays as it is.",
                "%(n)d attempts were made before this change, and stay as they are.",
                count,
            )
            messages.info(request, words % {"n": count})
