"""Formsets whose rows start from what is stored, and which any row can be added to, moved in and dropped from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from django import forms

from quizzes.generics import BaseFormSet

FormT = TypeVar("FormT", bound=forms.Form)


class StoredRows(BaseFormSet[FormT]):
    """Rows without a fixed part: stored ones are a starting point, a row is a row wherever it came from."""

    stored: Sequence[Mapping[str, object]] = ()

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        return super().total_form_count() if self.is_bound else self.rows_at_first()

    def rows_at_first(self) -> int:
        """Return how many rows are offered before anything was posted: one to go on with."""
        return len(self.stored) + 1

    def get_form_kwargs(self, index: int | None) -> dict[str, object]:
        if self.is_bound or index is None or index >= len(self.stored):
            return {}
        return {"initial": self.stored[index]}

    def add_fields(self, form: FormT, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None and "ORDER" in form.fields:
            form.fields["ORDER"].initial = index + 1


RowsT = TypeVar("RowsT", bound=StoredRows[Any])


def formset_of(row: type[forms.Form], base: type[RowsT], *, can_order: bool = False, most: int) -> type[RowsT]:
    """Return a formset class of rows that can be deleted, made on this base; a client may send a few too many."""
    made = forms.formset_factory(
        row, formset=base, can_order=can_order, can_delete=True, max_num=most, absolute_max=most + 5
    )
    return cast("type[RowsT]", made)  # it is a subclass of its base, which the stubs do not say
