"""Units, study notes, the glossary, the timeline, and who does what: written, previewed and published by any instructor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes import clock
from quizzes.admin.parts import TabularInline
from quizzes.admin.scope import managed, owner_name, person
from quizzes.admin.scoped import ScopedAdmin, ScopedInline, WhoseFilter
from quizzes.generics import ModelForm
from quizzes.lint import notes
from quizzes.models import Body, GlossaryTerm, NotePlace, Quiz, StudyNote, TimelineEntry, Unit
from quizzes.models.quizzes import Preset
from quizzes.models.study import Status, StudyContent
from quizzes.services import cases, mastery
from quizzes.study_text import SourceParagraph


class StudyAdmin(ScopedAdmin):
    """What all five have in common: an owner, a status, and the page itself for a preview."""

    actions = ("publish", "unpublish")
    list_select_related: ClassVar[tuple[str, ...]] = ("owner",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("page",)
    list_display: tuple[str, ...] = ("__str__",)
    content: ClassVar[tuple[str, ...]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: object = None) -> Any:
        return [
            (None, {"fields": self.content}),
            (_("Publishing"), {"fields": ("status", "visibility", "slug", "page")}),
        ]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        first, *others = self.list_display
        return (first, "page", *others, "status", "owner_name")

    def get_list_filter(self, request: HttpRequest) -> tuple[str | type[admin.ListFilter], ...]:
        return ("status", WhoseFilter, *self.list_filter)

    def get_readonly_fields(self, request: HttpRequest, obj: StudyContent | None = None) -> tuple[str, ...]:
        """Return the fields that cannot be edited; what others may do is for the owner to decide."""
        is_ours = obj is None or obj.is_owned_by(person(request))
        return self.readonly_fields if is_ours else (*self.readonly_fields, "visibility")

    def save_model(self, request: HttpRequest, obj: StudyContent, form: ModelForm[StudyContent], change: bool) -> None:
        if not change:
            obj.owner = person(request)
        super().save_model(request, obj, form, change)

    def may_be_taken_back(self, queryset: QuerySet[StudyContent]) -> QuerySet[StudyContent]:
        """Return those that nothing needs published."""
        return queryset

    @admin.display(description=gettext_lazy("owner"), ordering="owner")
    def owner_name(self, row: StudyContent) -> str:
        return owner_name(row)

    @admin.display(description=gettext_lazy("its page"))
    def page(self, row: StudyContent) -> str:
        """Return the page as it is read; its author opens it as a draft too."""
        if not row.slug:
            return _("Save it first.")
        words = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
        return format_html(words, row.get_absolute_url(), _("Preview") if row.is_draft else _("Open"), row)

    @admin.action(description=gettext_lazy("Publish"))
    def publish(self, request: HttpRequest, queryset: QuerySet[StudyContent]) -> None:
        count = self.only_managed(request, queryset).update(status=Status.PUBLISHED)
        self.message_user(request, ngettext("%(n)d published.", "%(n)d published.", count) % {"n": count})

    @admin.action(description=gettext_lazy("Take back: a draft again"))
    def unpublish(self, request: HttpRequest, queryset: QuerySet[StudyContent]) -> None:
        count = self.may_be_taken_back(self.only_managed(request, queryset)).update(status=Status.DRAFT)
        self.message_user(request, ngettext("%(n)d is a draft.", "%(n)d are drafts.", count) % {"n": count})


class UnitForm(ModelForm[Unit]):
    """The check is counted, and shows its answers once it is handed in."""

    def clean_check_quiz(self) -> Quiz | None:
        quiz: Quiz | None = self.cleaned_data["check_quiz"]
        if quiz is not None and quiz.feedback not in (Preset.HOMEWORK, Preset.EXAM):
            raise ValidationError(_("Choose a quiz that is counted: practice and surveys master nothing."))
        return quiz


class NotesOfUnit(ScopedInline, TabularInline[StudyNote, Unit]):
    """The notes of a unit, to put them in another order."""

    model = StudyNote
    fields = ("position", "title", "status")
    readonly_fields = ("title", "status")
    show_change_link = True
    can_delete = False
    max_num = extra = 0
    verbose_name = gettext_lazy("note")
    verbose_name_plural = gettext_lazy("notes, in the order of their positions")
    ordering = ("position", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StudyNote]:
        """Return those alone that the person may change; those of others keep their places."""
        own_notes = managed(StudyNote, person(request)).order_by().values("pk")
        return super().get_queryset(request).filter(pk__in=own_notes)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Unit)
class UnitAdmin(StudyAdmin):
    form = UnitForm
    inlines = (NotesOfUnit,)
    autocomplete_fields = ("check_quiz", "review_quiz", "final_quiz")
    content = (
        "title",
        "position",
        "why",
        "why_is_beyond",
        "objectives",
        "emblem",
        "check_quiz",
        "mastery_mark",
        "review_quiz",
        "final_quiz",
    )
    list_display = ("title", "position")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    ordering = ("position", "pk")

    def save_model(self, request: HttpRequest, obj: StudyContent, form: ModelForm[StudyContent], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if isinstance(obj, Unit) and not obj.is_draft:
            mastery.award_all(obj)


class NotePlaceInline(ScopedInline, TabularInline[NotePlace, StudyNote]):
    model = NotePlace
    extra = 2
    max_num = 40
    autocomplete_fields = ("source",)
    verbose_name = gettext_lazy("place it rests on")
    verbose_name_plural = gettext_lazy("places it rests on")


class StudyNoteForm(ModelForm[StudyNote]):
    """A case that published questions name stays a case, under its name, for all to read."""

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        before = StudyNote.objects.filter(pk=self.instance.pk, kind=StudyNote.Kind.CASE).first()
        if before is not None and cases.are_asked([before.slug]):
            kept = {"slug": before.slug, "kind": before.kind, "status": before.status}
            for name in [name for name, value in kept.items() if name in cleaned and cleaned[name] != value]:
                if name != "status" or not before.is_draft:
                    self.add_error(name, _("Published questions stand on this case; this must stay as it is."))
        return cleaned


@admin.register(StudyNote)
class StudyNoteAdmin(StudyAdmin):
    form = StudyNoteForm
    content = ("title", "unit", "position", "kind", "body", "beyond", "discuss", "suggestions")
    list_display = ("title", "unit", "kind")
    list_select_related = ("owner", "unit")
    search_fields = ("title", "slug", "body")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("page", "suggestions")
    inlines = (NotePlaceInline,)
    ordering = ("unit__position", "position", "pk")

    def save_model(self, request: HttpRequest, obj: StudyContent, form: ModelForm[StudyContent], change: bool) -> None:
        before = StudyNote.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        if before is not None and isinstance(obj, StudyNote):
            cases.keep_text(before, obj, now=clock.now())

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        is_needed = isinstance(obj, StudyNote) and obj.kind == StudyNote.Kind.CASE and bool(cases.are_asked([obj.slug]))
        return not is_needed and super().has_delete_permission(request, obj)

    def may_be_taken_back(self, queryset: QuerySet[Any]) -> QuerySet[StudyContent]:
        """Return them without a case that published questions stand on."""
        slugs = queryset.filter(kind=StudyNote.Kind.CASE).values_list("slug", flat=True)
        return queryset.exclude(slug__in=cases.are_asked(list(slugs)))

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm[StudyNote],
        formsets: Iterable[forms.BaseFormSet[forms.BaseForm]],
        change: bool,
    ) -> None:
        """Say how many suggestions there are; they never stand in the way."""
        super().save_related(request, form, formsets, change)
        if count := len(suggestions_for(form.instance)):
            text = ngettext("Saved, with %(n)d suggestion.", "Saved, with %(n)d suggestions.", count) % {"n": count}
            self.message_user(request, text, messages.INFO)

    @admin.display(description=gettext_lazy("suggestions"))
    def suggestions(self, note: StudyNote) -> str:
        if note.pk is None:
            return _("They appear when it was saved.")
        rows = [(str(one),) for one in suggestions_for(note)]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows)) if rows else _("None.")


def suggestions_for(note: StudyNote) -> list[notes.Suggestion]:
    """Return what could be better in a note as it is stored (1 query)."""
    places = [SourceParagraph(*row) for row in note.places.values_list("source__slug", "paragraph")]
    return notes.suggestions(note.body, places=places, is_case=note.kind == StudyNote.Kind.CASE)


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(StudyAdmin):
    content = ("term", "aliases", "meaning", "is_not", "is_beyond", "places")
    list_display = ("term", "meaning")
    search_fields = ("term", "aliases")
    prepopulated_fields = {"slug": ("term",)}


@admin.register(TimelineEntry)
class TimelineEntryAdmin(StudyAdmin):
    content = ("date", "title", "line", "source", "paragraph", "is_beyond")
    list_display = ("date", "title")
    list_display_links = ("title",)
    search_fields = ("title", "line", "date")
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("source",)


@admin.register(Body)
class BodyAdmin(StudyAdmin):
    content = ("body", "position", *Body.ACTS, "places")
    list_display = ("body", "position")
    search_fields = ("body",)
    prepopulated_fields = {"slug": ("body",)}
