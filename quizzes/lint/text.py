"""Words, sentences and reading grade: what the rules measure with. English."""

import re
from collections.abc import Iterable
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
ABBREVIATIONS = re.compile(r"\b(?:[A-Z]\.)+(?=\s*[\w,])|\b(?:Mr|Mrs|Ms|Dr|St|No|vs|etc|e\.g|i\.e)\.", re.IGNORECASE)
VOWELS = re.compile(r"[aeiouy]+")
ENDINGS = tuple("ational ization isation ments ment ings ing ions ion ies ed es s ly al".split())  # noqa: SIM905
SAME_TEXT = 128  # texts of a question or two, which many rules read one after the other
COMMON = frozenset(
    """a about above according after again against all also although am among an and another any are as at away be
    because been before being below between both but by can could did do does doing done down during each either every few
    first for from further get give given gives goes had has have having he her here hers him his how however i if in into
    is it its itself just last least less like made make makes many may me might more most much must my near neither no nor
    not now of off on once one only onto or other others our out over own part per rather same say says she should since so
    some such than that the their theirs them then there these they this those though three through thus to too toward two
    under until up upon us use used uses using very was we well were what when where whether which while who whom whose why
    will with within without would yes yet you your""".split()  # noqa: SIM905
)


@lru_cache(maxsize=SAME_TEXT)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, without case and marks; a hyphen parts two words, an apostrophe does not."""
    return tuple(WORD.findall(text.replace("’", "'").casefold()))


@lru_cache(maxsize=8192)
def root(word: str) -> str:
    """Return a word without its commonest ending, so that “mission” and “missions” meet. Crude, and the same on both sides."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word.removesuffix("'s").removesuffix("e")


@lru_cache(maxsize=SAME_TEXT)
def content_words(text: str) -> frozenset[str]:
    """Return the roots of the words that carry meaning; figures count."""
    return frozenset(root(word) for word in words(text) if word not in COMMON and (len(word) > 2 or word.isdigit()))


@lru_cache(maxsize=SAME_TEXT)
def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; a full stop in an abbreviation ends none."""
    masked = ABBREVIATIONS.sub(lambda match: match.group().replace(".", "\ue000"), text)
    sentences_found = [part.replace("\ue000", ".") for part in _split(masked)]
    return tuple(part.strip() for part in sentences_found if words(part))


def _split(text: str) -> Iterable[str]:
    start = 0
    for match in SENTENCE_END.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    yield text[start:]


def syllables(word: str) -> int:
    """Return the groups of vowels, without a silent e at the end; at least one. Figures and short capitals are one."""
    bare = word[:-1] if word.endswith("e") and not word.endswith("le") else word
    return max(1, len(VOWELS.findall(bare)))


def grade(text: str) -> float:
    """Return the Flesch–Kincaid grade level: 0.39 × words per sentence + 11.8 × syllables per word − 15.59.

    Kincaid, Fishburne, Rogers & Chissom 1975, Naval Technical Training Command, Research Branch Report 8-75. The figure is
    in years of (American) school; a text without words has grade 0.
    """
    in_text = words(text)
    if not in_text:
        return 0.0
    per_sentence = len(in_text) / max(1, len(sentences(text)))
    per_word = sum(map(syllables, in_text)) / len(in_text)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59
