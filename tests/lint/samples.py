"""A document of our own, and questions on it that every rule leaves alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quizzes import lint, question_types
from quizzes.lint.base import Context, Finding
from quizzes.lint.fingerprints import Paragraph, fingerprint
from quizzes.lint.items import Citation, Item

TEXT = """The harbour of Vell

The harbour of Vell was built by Dutch engineers in 1874, when the old river port had filled with sand for the third time.

A council of nine fishers ran it; each year the oldest of them kept the keys to the ice house and the lamp.

Storms closed it twice. In 1902 the outer wall fell, and after the flood of 1931 boats could not enter for seven months.
"""

SINGLE: dict[str, Any] = {
    "stem": "According to the chronicle, why did the town of Vell need a new harbour?",
    "options": [
        {
            "text": "A flood had broken the outer wall",
            "feedback": "The wall gave way in a storm decades later, when the harbour was already in use.",
        },
        {
            "text": "Sand had choked the older port",
            "correct": True,
            "feedback": "Repeated silting made the river landing useless for larger boats.",
        },
        {
            "text": "Fishers had quarrelled over ice",
            "feedback": "The cold store is mentioned for its keys, and nobody argued about it.",
        },
        {
            "text": "Engineers had closed the river",
            "feedback": "Dutch builders made the new basin; the stream itself stayed as it was.",
        },
    ],
    "explanation": (
        "The landing on the river silted up three times, so a basin by the sea was built. The wall that broke belongs to "
        "a storm of 1902, the ice to the work of the council, and the engineers to the building itself."
    ),
}
MULTIPLE: dict[str, Any] = {
    "stem": "Which events shut the harbour of Vell for a time? Select all that apply.",
    "options": [
        {
            "text": "A storm in 1902",
            "correct": True,
            "feedback": "The gale brought the outer wall down into the basin.",
        },
        {"text": "A flood in 1931", "correct": True, "feedback": "Boats stayed away for more than half the year."},
        {"text": "A fire in 1874", "feedback": "That is when construction began; nothing burned then."},
        {"text": "A strike in 1902", "feedback": "The chronicle speaks of weather that year, and of no dispute."},
        {"text": "A siege in 1931", "feedback": "Water, and no army, kept vessels outside that year."},
    ],
    "explanation": SINGLE["explanation"],
}
STATEMENT: dict[str, Any] = {
    "stem": "In the chronicle of Vell, nine fishers were in charge of the harbour.",
    "answer": True,
    "feedback_true": "A council of that size looked after the basin, its ice and its lamp.",
    "feedback_false": "The chronicle names a council, and gives its size and trade as stated.",
    "explanation": SINGLE["explanation"],
}
SHORT: dict[str, Any] = {
    "stem": "From which country did the builders of the harbour of Vell come?",
    "answers": [
        {"text": "the Netherlands", "feedback": "Dutch engineers drew the plans and led the work."},
        {"text": "Holland"},
    ],
    "feedback_wrong": "Think of people who are known for keeping water out of their land.",
    "explanation": SINGLE["explanation"],
}
NUMBER: dict[str, Any] = {
    "stem": "In which year does the chronicle let the works on the harbour of Vell begin?",
    "value": "1874",
    "near_misses": [{"value": "1902", "feedback": "A storm broke the outer wall in that year."}],
    "feedback_wrong": "It lies between the middle and the end of the nineteenth century.",
    "explanation": SINGLE["explanation"],
}
PAIRS: dict[str, Any] = {
    "stem": "Match each year of the chronicle with what came over the harbour of Vell.",
    "pairs": [
        {"left": "1902", "right": "A storm", "feedback": "The gale brought the outer wall down into the basin."},
        {"left": "1931", "right": "A flood", "feedback": "Boats stayed away for more than half the year."},
    ],
    "extra": ["A fire"],
    "explanation": SINGLE["explanation"],
}
ORDER: dict[str, Any] = {
    "stem": "Put these events of the chronicle of Vell in order, the oldest first.",
    "elements": [
        {"text": "Building", "feedback": "Dutch engineers laid out the basin in that decade."},
        {"text": "Storm", "feedback": "The wall gave way when the harbour was in use."},
        {"text": "Flood", "feedback": "Water kept the boats outside three decades later."},
    ],
    "explanation": SINGLE["explanation"],
}
CLOZE: dict[str, Any] = {
    "stem": "Complete this summary of how Vell came by its new basin.",
    "text": "It was the work of [[1]] engineers, begun in [[2]].",
    "gaps": [
        {
            "kind": "choice",
            "options": [
                {
                    "text": "Dutch",
                    "correct": True,
                    "feedback": "Builders from the Low Countries knew how to deal with silt.",
                },
                {"text": "Danish", "feedback": "No builders from the north are mentioned in the chronicle."},
            ],
        },
        {
            "kind": "number",
            "value": "1874",
            "feedback": "The chronicle dates the building to that very year.",
            "feedback_wrong": "It lies between the middle and the end of the nineteenth century.",
        },
    ],
    "explanation": SINGLE["explanation"],
}


def context(**fields: Any) -> Context:
    rows = fingerprint(TEXT)
    paragraphs = tuple(
        Paragraph(int(str(row["number"])), int(str(row["words"])), tuple(str(row["pairs"]).split())) for row in rows
    )
    return Context({"chronicle": paragraphs}, **fields)


def item(spec: Mapping[str, Any] = SINGLE, kind: str = "", id: str = "q-1", **fields: Any) -> Item:
    """An item with this content; the kind is seen from the fields."""
    kinds = {
        "gaps": "cloze",
        "answers": "short_answer",
        "answer": "true_false",
        "scheme": "multiple_choice",
        "value": "numeric",
        "low": "numeric",
        "pairs": "matching",
        "elements": "ordering",
    }
    kind = kind or next((found for name, found in kinds.items() if name in spec), "single_choice")
    made = Item(
        id=id,
        type=kind,
        spec=question_types.get(kind).spec(dict(spec)),
        topic="harbour",
        difficulty="easy",
        bloom="remember",
        places=(Citation("chronicle", 2, "Dutch engineers in 1874"),),
    )
    return replace(made, **fields)


def with_options(*texts: str, key: int = 1, **fields: Any) -> dict[str, Any]:
    """The clean single choice with other options."""
    said = "The chronicle of the town says something else about this matter."
    options = [{"text": text, "correct": place == key, "feedback": said} for place, text in enumerate(texts)]
    return SINGLE | {"options": options} | fields


def codes(findings: list[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


def found(one: Item) -> set[str]:
    """Codes of the item rules that find something."""
    return codes(lint.check_item(one, context()))
