"""Reading the JSON bodies of the answer API: every refusal says what was found and what is expected.

A key that stands twice in an object, at any depth, is refused by its name: which of the two was meant, nobody can know.
(In plain forms and in addresses the last counts, as everywhere in Django, where a field or parameter has one value.)
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _

from quizzes.errors import QuizError, TooLarge

MAX_BODY = 2 * 1024 * 1024  # far above the longest answer, so that one too long is told its own limit
MAX_REVISION = 2**53 - 1  # whole numbers that a browser keeps exactly


class BadPayload(QuizError):
    code = "bad_request"


class WrongMediaType(BadPayload):
    status = 415
    code = "wrong_media_type"


@dataclass(frozen=True)
class SavePayload:
    """{"slot": 3, "revision": 5, "answer": {"choice": ["2"]}}"""

    slot: int
    revision: int
    answer: dict[str, object]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _value in pairs)
        twice = next(name[:40] for name, count in counts.items() if count > 1)
        raise BadPayload(_("The field “%(name)s” stands there more than once.") % {"name": twice}, where=twice)
    return values


DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_each_key_once)


def json_object(request: HttpRequest, *, allowed: set[str]) -> dict[str, object]:
    """Return the body as a JSON object with no keys but the allowed ones, each once."""
    if request.content_type != "application/json":
        raise WrongMediaType(_("Send the request as application/json."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise TooLarge(_("The request is larger than %(size)d kB.") % {"size": MAX_BODY // 1024})
    try:
        body = DECODER.decode(request.body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadPayload(_("The request body is not UTF-8 (byte %(byte)d).") % {"byte": error.start}) from error
    except json.JSONDecodeError as error:
        raise BadPayload(
            _("The request body is not valid JSON (line %(line)d, column %(column)d).")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadPayload(_("The request body is not valid JSON.")) from error
    if not isinstance(body, dict):
        raise BadPayload(_("The request body must be a JSON object."))
    for name in body:
        if name not in allowed:
            raise BadPayload(_("Unknown field “%(name)s”.") % {"name": name[:40]}, where=name[:40])
    return body


def whole_number(body: dict[str, object], name: str, low: int, high: int) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadPayload(
            _("%(name)s must be a whole number from %(low)d to %(high)d.") % {"name": name, "low": low, "high": high},
            where=name,
        )
    return value


def truth(body: dict[str, object], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise BadPayload(_("%(name)s must be true or false.") % {"name": name}, where=name)
    return value


def save_payload(request: HttpRequest, *, slots: int) -> SavePayload:
    """Return the body of a save in an attempt of `slots` questions."""
    body = json_object(request, allowed={"slot", "revision", "answer"})
    answer = body.get("answer")
    if not isinstance(answer, dict):
        raise BadPayload(_("answer must be an object of field names and lists of texts."), where="answer")
    return SavePayload(
        slot=whole_number(body, "slot", 1, slots),
        revision=whole_number(body, "revision", 1, MAX_REVISION),
        answer=answer,
    )
