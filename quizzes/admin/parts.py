"""What the parts of an admin are based on: a ModelAdmin while types are checked, and nothing when it runs.

Such a part (a mixin) is put in front of `ScopedAdmin`, which is the ModelAdmin then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin

if TYPE_CHECKING:

    class AdminPart(admin.ModelAdmin[Any]): ...

    class InlinePart(InlineModelAdmin[Any, Any]): ...

    class AnyAdminPart(BaseModelAdmin[Any]): ...

else:
    AdminPart = InlinePart = AnyAdminPart = object
