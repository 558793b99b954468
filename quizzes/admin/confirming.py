"""One page for what reaches further than it looks: it names what is concerned, and asks before anything changes."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.db.models.options import Options
from django.http import HttpRequest
from django.template.response import TemplateResponse


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the button of the page below was pressed."""
    return request.POST.get("confirmed") == "yes"


def confirmation(
    site: AdminSite, opts: Options[Model], request: HttpRequest, context: Mapping[str, object]
) -> TemplateResponse:
    """Return the page; `context` has title, lead, names, button and back. Its form posts to the same address again."""
    base = {**site.each_context(request), "opts": opts}
    return TemplateResponse(request, "admin/quizzes/confirm.html", {**base, **context})
