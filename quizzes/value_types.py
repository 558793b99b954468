"""Names for types of values that all layers pass on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str | Promise  # words of a page, translated when they are shown

JSONObject = Mapping[str, Any]  # as it is read: what is in it is known once a schema has looked
