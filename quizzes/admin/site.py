"""The admin site: every instructor may enter; what they see is narrowed by each ModelAdmin's queryset."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from quizzes import clock
from quizzes.admin import dashboard
from quizzes.admin.odd_requests import View, tolerant
from quizzes.admin.scope import person
from quizzes.admin.scoped import INSTANTS
from quizzes.models import Assignment, Classroom

# What has a page of its own to make it on: the workshop offers no second form.
MADE_ELSEWHERE = (Classroom, Assignment)


class LabelledChoices(AutocompleteJsonView):
    """Autocomplete whose entries are worded by the ModelAdmin (a question by its stem)."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        choice = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "choice_label", None)
        return {**choice, "text": label(obj)} if label else choice


class QuizsiteAdmin(admin.AdminSite):
    site_header = _("Quizsite workshop")
    site_title = _("Quizsite workshop")
    index_title = _("Workshop")
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # deleting is a step of its own, with its own refusals
        # One door, with its rate limits and second factor.
        self.login = secure_admin_login(self.login)  # type: ignore[method-assign]

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin[Any]] | None = None,
        **options: object,
    ) -> None:
        """Register a model; every form, those of other packages too, keeps an instant that is not touched."""
        super().register(model_or_iterable, admin_class, **options)
        for model in [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable:
            if self.is_registered(model):  # a model that another one stands in for is not
                overrides = self.get_model_admin(model).formfield_overrides
                if isinstance(overrides, dict):
                    overrides.update(INSTANTS)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        return super().admin_view(tolerant(view, self), cacheable)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [path("records/", self.admin_view(self.records), name="records"), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the tables that a person may see, looked up where they are shown: Django hands them to every page."""
        return cast("list[Any]", SimpleLazyObject(partial(super().get_app_list, request, app_label)))

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        """Return the doors, and what needs the instructor; the tables are behind a link."""
        user = person(request)
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "doors": dashboard.doors(user),
            "needs": dashboard.needs_of(user, now=clock.now()),
            "notices": dashboard.notices_of(user),
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/quizzes/dashboard.html", context)

    def records(self, request: HttpRequest) -> TemplateResponse:
        """Return every table as it is stored."""
        apps = self.get_app_list(request)
        for model in (model for app in apps for model in app["models"]):
            if model["model"] in MADE_ELSEWHERE:
                model["add_url"] = None
        context = {**self.each_context(request), "title": _("All records"), "app_list": apps}
        return TemplateResponse(request, "admin/quizzes/records.html", context)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return LabelledChoices.as_view(admin_site=self)(request)
