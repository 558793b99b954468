"""The form of a question: what is said about it, where it comes from, and its content by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import Text
from quizzes.forms.fields import choice, model_choice
from quizzes.forms.posted import replaced
from quizzes.forms.question_places import PlaceForm, Places, with_more_places
from quizzes.models import Question, QuestionVersion, Source, StudyNote, Topic, User, Visibility
from quizzes.models.classification import Bloom, Difficulty
from quizzes.question_types.authoring import AuthorForm
from quizzes.question_types.base import AnyType
from quizzes.question_types.formsets import formset_of
from quizzes.question_types.problems import Problem, problems_of
from quizzes.services.bank import Citation, Identity


class IdentityForm(forms.Form):
    """What is said about a question next to its content; `revision` is what the author saw."""

    topic = forms.CharField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Choose one, type a new one, or leave it empty."),
        widget=forms.TextInput({"list": "topics", "autocomplete": "off"}),
    )
    difficulty = forms.ChoiceField(label=gettext_lazy("Difficulty"), choices=Difficulty, initial=Difficulty.MEDIUM)
    bloom = forms.ChoiceField(label=gettext_lazy("Bloom level"), choices=Bloom, initial=Bloom.REMEMBER)
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Short labels with commas between them, for drawing questions across topics."),
    )
    case = forms.ChoiceField(
        label=gettext_lazy("Case"),
        required=False,
        help_text=gettext_lazy("A page of facts that stands above the question; a study note of the kind “case”."),
    )
    is_kept_for_exams = forms.BooleanField(
        label=gettext_lazy("Kept for exams"),
        required=False,
        help_text=gettext_lazy(
            "Only exams ask it. Practice and other quizzes leave it out until you take the tick away."
        ),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Other instructors may"),
        choices=Visibility,
        required=False,
        help_text=gettext_lazy(
            "A private question can be seen and copied from its first publication on; after that your choice stands."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def clean_tags(self) -> list[str]:
        slugs = [slugify(word) for word in self.cleaned_data["tags"].split(",") if word.strip()]
        for slug, word in zip(slugs, self.cleaned_data["tags"].split(","), strict=False):
            try:
                validate_slug(slug)
            except ValidationError as error:
                message = _("“%(word)s” cannot be a tag; use letters, digits and hyphens.")
                raise ValidationError(message, params={"word": word.strip()[:40]}) from error
            if len(slug) > 50:
                raise ValidationError(_("A tag has at most 50 characters."))
        return slugs


class QuestionForm:
    """The whole form of a question: identity, places and the content as its type wants it."""

    def __init__(
        self,
        kind: AnyType,
        data: QueryDict | None = None,
        *,
        user: User,
        version: QuestionVersion | None = None,
        start: Mapping[str, str] | None = None,
    ) -> None:
        more = data.get("_more", "") if data is not None else ""
        data = _with_row_counts(data)
        self.is_asking_for_rows = bool(more)
        spec = version.spec if version else None
        self.author = AuthorForm(kind, data, spec=spec, more_rows=more)
        question = version.question if version else None
        self.identity = IdentityForm(data, initial=_identity_of(question, version) or dict(start or {}))
        if question is not None and not (question.owner_id and question.is_owned_by(user)):
            del self.identity.fields["visibility"]
        self.user = user
        self._offer_cases(str((spec or {}).get("case", "")))
        self.places = self._places(with_more_places(data) if more == "places" else data, question)
        if self.is_asking_for_rows:
            self._say_nothing()

    def _places(self, data: QueryDict | None, question: Question | None) -> Places:
        factory = formset_of(PlaceForm, Places, most=20)
        if question is not None:
            factory.stored = list(question.places.values("source", "paragraph", "evidence"))
        formset = factory(data, prefix="places")
        kept = Q(questions=question) if question is not None else Q()
        usable = Source.objects.usable_by(self.user).order_by().values("pk")
        sources = Source.objects.filter(Q(pk__in=usable) | kept).distinct()
        anything = forms.ModelChoiceField(sources)
        choices = list(anything.iterator(anything))  # asked for once, not for every row
        for form in [*formset.forms, formset.empty_form]:
            field = model_choice(form, "source")
            field.queryset, field.choices = sources, choices
        return formset

    def _offer_cases(self, current: str) -> None:
        """Offer the cases that the author may use, and the one that the question has; without any there is no field."""
        cases = StudyNote.objects.usable_by(self.user) | StudyNote.objects.filter(slug=current)
        offered = list(cases.filter(kind=StudyNote.Kind.CASE).order_by("title").values_list("slug", "title"))
        choice(self.identity, "case").choices = [("", gettext_lazy("none")), *offered]
        if not offered:
            del self.identity.fields["case"]

    @property
    def topics(self) -> QuerySet[Topic, str]:
        """Names to suggest."""
        return Topic.objects.values_list("name", flat=True)

    def _say_nothing(self) -> None:
        """Say no errors while rows are asked for: nothing was handed in yet."""
        formsets: list[Any] = [self.places, *self.author.rowsets]
        for form in [self.identity, self.author.main, *(form for formset in formsets for form in formset.forms)]:
            form._errors = ErrorDict()
        for formset in formsets:
            formset._errors, formset._non_form_errors = [], ErrorList()

    def is_valid(self) -> bool:
        return all([self.identity.is_valid(), self.places.is_valid(), self.author.is_valid()])

    def refuse(self, message: Text) -> None:
        """Add a sentence about the whole form."""
        self.identity.add_error(None, ValidationError(str(message)))

    def expect(self, revision: int) -> None:
        """Let a second try go on from this revision."""
        self.identity.data = replaced(self.identity.data, "revision", str(revision))

    @property
    def revision(self) -> int:
        return self.identity.cleaned_data["revision"] or 0

    def can_be_kept(self) -> bool:
        """Return whether it can be stored as a draft: all but the content is right, and there is a stem."""
        return all([self.identity.is_valid(), self.places.is_valid()]) and self.author.has_stem

    def spec(self) -> dict[str, object]:
        """Return the content; as it was typed while it is not finished."""
        content = self.author.to_spec() if self.author.is_valid() else self.author.unfinished()
        return content | {"case": self.identity.cleaned_data.get("case", "")}

    @property
    def problems(self) -> list[Problem]:
        """Every error, with the element it stands at."""
        if self.is_asking_for_rows:
            return []
        self.is_valid()
        problems = problems_of(self.identity) if self.identity.is_bound else []
        problems += self.author.problems() if self.author.main.is_bound else []
        for number, form in enumerate(self.places.forms if self.places.is_bound else [], start=1):
            problems += problems_of(form, _("Source %(n)d") % {"n": number})
        return problems

    def described(self) -> Identity:
        cleaned = self.identity.cleaned_data
        rows = [form.cleaned_data for form in self.places.kept_forms()]
        return Identity(
            topic=cleaned["topic"],
            difficulty=cleaned["difficulty"],
            bloom=cleaned["bloom"],
            tags=cleaned["tags"],
            visibility=cleaned.get("visibility", ""),
            is_kept_for_exams=cleaned["is_kept_for_exams"],
            places=[Citation(row["source"], row["paragraph"], row["evidence"]) for row in rows],
        )


def _identity_of(question: Question | None, version: QuestionVersion | None) -> dict[str, object]:
    if question is None or version is None:
        return {}
    return {
        "topic": question.topic.name if question.topic else "",
        "difficulty": question.difficulty,
        "bloom": question.bloom,
        "tags": ", ".join(question.tags.values_list("slug", flat=True)),
        "visibility": question.visibility,
        "is_kept_for_exams": question.is_kept_for_exams,
        "case": version.spec.get("case", ""),
        "revision": version.revision,
    }


def _with_row_counts(data: QueryDict | None) -> QueryDict | None:
    """Return posted data whose row counts are numbers, whatever a client sent."""
    if data is None:
        return None
    data = data.copy()
    for name in [name for name in data if name.endswith("-TOTAL_FORMS")]:
        count = str(data[name])
        is_count = count.isascii() and count.isdigit() and len(count) <= 4
        data[name] = count if is_count else "0"
    return data
