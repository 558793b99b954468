"""What all pages of one question share: the question, fetched through permission, and the frame of a page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from quizzes.admin.parts import AdminPart
from quizzes.models import Question


class QuestionPart(AdminPart):
    """The base of the parts of the question's ModelAdmin."""

    def looked_at(self, request: HttpRequest, pk: object) -> Question:
        """Return the question, if the person may see it."""
        question: Question | None = self.get_object(request, str(pk))
        if question is None:
            raise Http404
        return question

    def fetched(self, request: HttpRequest, pk: object) -> Question:
        """Return the question, if the person may change it; refused where they may only see it."""
        question = self.looked_at(request, pk)
        if not self.has_change_permission(request, question):
            raise PermissionDenied
        return question

    def page(self, request: HttpRequest, name: str, context: dict[str, object]) -> TemplateResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/quizzes/question/{name}.html", {**base, **context})
