"""What admins and their parts are based on.

`AdminPart` and its like are a ModelAdmin while types are checked, and nothing when they run: such a part (a mixin) is put
in front of `ScopedAdmin`, which is the ModelAdmin then. The others are Django's own, with brackets, as in `quizzes.generics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin
from django.db.models import ForeignKey

from quizzes.generics import Subscriptable

__all__ = [
    "AdminPart",
    "AnyAdminPart",
    "AnyForeignKey",
    "InlinePart",
    "ModelAdmin",
    "StackedInline",
    "TabularInline",
]

AnyForeignKey: TypeAlias = ForeignKey[Any, Any]

if TYPE_CHECKING:

    class AdminPart(admin.ModelAdmin[Any]): ...

    class InlinePart(InlineModelAdmin[Any, Any]): ...

    class AnyAdminPart(BaseModelAdmin[Any]): ...

    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline
else:
    AdminPart = InlinePart = AnyAdminPart = object

    class ModelAdmin(Subscriptable, admin.ModelAdmin): ...

    class StackedInline(Subscriptable, admin.StackedInline): ...

    class TabularInline(Subscriptable, admin.TabularInline): ...
