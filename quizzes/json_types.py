"""What JSON holds, by name: specs, drafts, details of events."""

from collections.abc import Mapping
from typing import Any

JSONObject = Mapping[str, Any]  # as it is read: what is in it is known once a schema has looked
