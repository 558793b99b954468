"""Forms of an import: the file or the text, how it is read, and what becomes of its questions."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import formats
from quizzes.errors import Text
from quizzes.formats import encodings
from quizzes.formats.base import MAX_BYTES
from quizzes.forms.fields import choice
from quizzes.models import ImportDraft, Topic
from quizzes.models.kinds import KINDS
from quizzes.models.quizzes import Preset
from quizzes.services import imports

SELECT = forms.Select({"class": "form-select"})
TICK = forms.CheckboxInput({"class": "form-check-input"})
KIND_CHOICES: list[tuple[str, Text]] = [(kind.key, kind.name) for kind in KINDS.values()]
FIND_OUT = ("", gettext_lazy("Find out"))


def format_choices() -> list[tuple[str, Text]]:
    return [FIND_OUT, *((entry.key, entry.name) for entry in formats.all_formats())]


def encoding_choices() -> list[tuple[str, Text]]:
    return [FIND_OUT, *encodings.CHOICES.items()]


class ReadingForm(forms.Form):
    """As what a file is read."""

    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=format_choices, required=False, widget=SELECT)
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of plain text"), choices=encoding_choices, required=False, widget=SELECT
    )


class ImportForm(ReadingForm):
    """A file, or text that is pasted; `named` says which."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("Drop it here, or choose it. At most %(size)d MB.") % {"size": MAX_BYTES // 2**20},
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste text"),
        required=False,
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea({"rows": 6, "class": "form-control", "spellcheck": "false"}),
        help_text=gettext_lazy("Questions as you typed them, GIFT, Aiken, cells of a spreadsheet, XML or JSON."),
    )
    field_order = ("file", "text", "format", "encoding")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if not file and not text.strip() and not self.errors:
            raise ValidationError(_("Choose a file, or paste some text."))
        if file and file.size > MAX_BYTES:
            raise ValidationError({"file": _("It is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 2**20}})
        return cleaned

    def named(self) -> tuple[str, bytes]:
        """Return the name and the bytes; pasted text has no name."""
        file = self.cleaned_data.get("file")
        if file:
            return file.name, file.read()
        return "", self.cleaned_data["text"].encode("utf-8", "replace")


class ChoicesForm(forms.Form):
    """What becomes of the questions that are taken."""

    topic = forms.CharField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For questions to which the file gives none. Type a new name to make one."),
        widget=forms.TextInput({"list": "topics", "class": "form-control", "autocomplete": "off"}),
    )
    uses_categories = forms.BooleanField(
        label=gettext_lazy("Make topics of the file's categories"), required=False, widget=TICK
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Separated by commas."),
        widget=forms.TextInput({"class": "form-control"}),
    )
    publishes = forms.BooleanField(
        label=gettext_lazy("Publish the questions"),
        required=False,
        widget=TICK,
        help_text=gettext_lazy("Otherwise they are drafts that only you see."),
    )
    is_kept_for_exams = forms.BooleanField(label=gettext_lazy("Keep them for exams"), required=False, widget=TICK)
    quiz = forms.CharField(
        label=gettext_lazy("Make a quiz of them"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Its title. Leave it empty for no quiz."),
        widget=forms.TextInput({"class": "form-control"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of quiz"),
        choices=KIND_CHOICES,
        widget=SELECT,
    )

    field_order = ("quiz", "kind", "topic", "tags", "publishes", "is_kept_for_exams", "uses_categories")

    def __init__(self, draft: ImportDraft, plan: imports.Plan, data: QueryDict | None = None) -> None:
        self.chosen, self.plan = imports.choices_of(draft), plan
        start = {**vars(self.chosen), "tags": ", ".join(self.chosen.tags)}
        super().__init__(data, initial=start)
        if self.chosen.has_quiz:
            choice(self, "kind").choices = [("file", _("As in the file, with its items")), *KIND_CHOICES]
        if not plan.categories:
            del self.fields["uses_categories"]
        self.topics = Topic.objects.values_list("name", flat=True) if data is None else []

    def clean_tags(self) -> tuple[str, ...]:
        slugs = (slugify(tag)[:50] for tag in self.cleaned_data["tags"].split(","))
        return tuple(dict.fromkeys(slug for slug in slugs if slug))[:20]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind") or "practice"
        is_exam = kind == "file" or KINDS[kind].settings["feedback"] == Preset.EXAM
        if cleaned.get("quiz", "").strip() and cleaned.get("is_kept_for_exams") and not is_exam:
            message = _("Only an exam asks questions that are kept for exams: make it an exam, or don't keep them.")
            raise ValidationError({"kind": message})
        return cleaned

    def choices(self) -> imports.Choices:
        """Return what was chosen, with the ticks of the questions that this page showed."""
        given = {name: value for name, value in self.cleaned_data.items() if hasattr(self.chosen, name)}
        given["quiz"] = " ".join(given.get("quiz", "").split())
        return imports.Choices(**{**given, "has_quiz": self.chosen.has_quiz, "other": frozenset(self._other())})

    def _other(self) -> set[int]:
        """Return the places whose tick is not the first one."""
        data = self.data
        lists = dict(data.lists()) if isinstance(data, QueryDict) else {}
        ticked, shown = (_numbers(lists.get(name, [])) for name in ("take", "shown"))
        other = set(self.chosen.other)
        if "take_all" in data or "take_none" in data:
            shown = {line.place for line in self.plan.takeable}
            ticked = shown if "take_all" in data else set()
        for line in self.plan.lines:
            if line.place in shown:
                is_other = (line.place in ticked) != line.row.is_taken_at_first
                (other.add if is_other else other.discard)(line.place)
        return other


def _numbers(values: list[str]) -> set[int]:
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 6}
