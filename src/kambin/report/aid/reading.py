"""How hard a text is to read, by a measure of our own that can be checked by hand.

English: the Flesch–Kincaid grade, ``0.39 × words per sentence + 11.8 × syllables per word − 15.59``: the
school year at which the text is easy. Syllables are counted by rule (groups of vowels, silent endings) with a
short list of exceptions; the tests compare it with words counted by hand.

Chinese has no syllable count that tells easy from hard: nearly every character is one syllable. What makes
Chinese hard to read is long sentences and rare characters. So two bounds stand for "school year 8 or less":

- the mean sentence has at most `ZH_SENTENCE` characters. Prose for adults runs well above 30 between full
  stops; short sentences are what every advice on plain Chinese asks for. The bound is a convention of ours.
- at most `ZH_RARE` of 100 characters are outside level 1 of GB 2312. That level holds the 3755 characters
  that the standard sets apart as in common use, about the number that is taught by the end of compulsory
  schooling (year 9).

The printed Chinese grade adds to year 4 one year for every 5 characters per sentence above 10, and one for
every rare character in 100, so that a text at the first bound with one rare character in 100 is year 8. It
orders texts; it was not calibrated on pupils.

Only running text of at least five words (eight characters) is measured, and what is said twice counts once:
short labels and repeats would make any text look easy. Headings, titles of publications and doctors' names
for treatments are left out, because they are quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

__all__ = ["LIMIT", "ZH_RARE", "ZH_SENTENCE", "Reading", "reading", "running_text", "syllables"]

LIMIT = 8.0
ZH_SENTENCE = 25.0
ZH_RARE = 2.0
SHORT_EN, SHORT_ZH = 5, 8

_BLOCKS = frozenset(
    {"p", "li", "dd", "dt", "figcaption", "td", "th", "caption", "summary", "label", "legend"}
)
_HEADS = frozenset({"h1", "h2", "h3", "h4"})
_QUOTED = frozenset({"cite", "style", "script", "title", "desc", "svg"})
_VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "col"})
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_STOPS = re.compile(r"[.!?]+(?:\s|$)")
_ZH_STOPS = re.compile(r"[。！？；]+")
_ODD = {  # where the rules would miscount
    **dict.fromkeys(("area", "idea", "medicine", "nucleus", "radio", "therapist"), 3),
    **dict.fromkeys(("being", "create", "doing", "going", "lying", "quiet", "rely", "trial", "trials"), 2),
    **dict.fromkeys(("every", "people", "someone", "something", "sometimes", "somewhere", "evening"), 2),
    **dict.fromkeys(("business", "fluid", "likely", "outcome", "really", "science"), 2),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How hard a text is.

    Attributes
    ----------
    grade : float
        School year, one decimal.
    sentences, units : int
        Sentences, and words (Chinese: characters), measured.
    per_sentence : float
        Words (characters) in a mean sentence.
    per_unit : float
        Syllables in a mean word; Chinese: characters outside GB 2312 level 1 in 100.
    """

    grade: float
    sentences: int
    units: int
    per_sentence: float
    per_unit: float

    @property
    def easy(self) -> bool:
        """Whether it keeps to `LIMIT`."""
        return self.grade <= LIMIT


@cache
def syllables(word: str) -> int:
    """Syllables of an English word, at least one.

    Parameters
    ----------
    word : str
        Letters and at most an apostrophe.

    Returns
    -------
    int
    """
    text = word.lower().replace("’", "'")
    if text in _ODD:
        return _ODD[text]
    text = re.sub(r"'(s|t|d|ll|re|ve|m)$", "", text)
    bare = re.sub(r"(?<=[^aeiouylr])(e|ed|es)$", _ending, text) if len(text) > 3 else text
    bare = re.sub(r"(?<=[aeiouy][lr]|ll|rl)(e|ed|es)$", _ending, bare) if len(bare) > 3 else bare
    bare = re.sub(r"(?<=[^aeiouy]e)(ly|ment|ful|less|ness)$", r"\1", bare)
    bare = re.sub(r"(?<=[aeiouy][^aeiouy])e(?=(ly|ment|ful|less|ness)$)", "", bare)
    count = len(re.findall(r"[aeiouy]+", bare))
    count += len(re.findall(r"i(?:a|o(?!us|n)|um|et)|[aiou]e(?:ing|t$)|uou|eo(?!u)|ua(?=[tl])", bare))
    count -= len(re.findall(r"[ct]ia|gia", bare))
    return max(1, count)


def _ending(found: re.Match[str]) -> str:
    """What of a last ``e``, ``ed`` or ``es`` is spoken."""
    before, ending = found.string[: found.start()], found.group(1)
    if ending == "ed" and before.endswith(("t", "d")):
        return ending
    if ending == "es" and before.endswith(("s", "x", "z", "c", "g", "ch", "sh")):
        return ending
    return ""


class _Reader(HTMLParser):
    """Collects the text of blocks, without what is quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.here = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block ends the passage before it; what is quoted is remembered."""
        if tag in _BLOCKS or tag in _HEADS:
            self._end()
        if tag not in _VOID:
            quoted = tag in _QUOTED or tag in _HEADS or "quoted" in (dict(attrs).get("class") or "").split()
            self.open.append((tag, quoted))

    def handle_endtag(self, tag: str) -> None:
        """The end of a block ends its passage."""
        if tag in _BLOCKS or tag in _HEADS:
            self._end()
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text belongs to the passage, unless it is quoted."""
        if not any(quoted for _, quoted in self.open):
            self.here += data

    def _end(self) -> None:
        text = " ".join(self.here.split())
        if text:
            self.blocks.append(text)
        self.here = ""


def running_text(page: str) -> tuple[str, ...]:
    """Blocks of running text of an HTML page, without headings, pictures and what is quoted."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    reader._end()
    return tuple(reader.blocks)


def reading(page: str, language: str) -> Reading:
    """Measure a page.

    Parameters
    ----------
    page : str
        HTML.
    language : str
        ``en`` or ``zh-Hans``.

    Returns
    -------
    Reading
    """
    blocks = tuple(dict.fromkeys(running_text(page)))
    return _chinese(blocks) if language.startswith("zh") else _english(blocks)


def _english(blocks: tuple[str, ...]) -> Reading:
    sentences = [_WORD.findall(part) for text in blocks for part in _STOPS.split(text)]
    sentences = [words for words in sentences if len(words) >= SHORT_EN]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return Reading(0.0, 0, 0, 0.0, 0.0)
    length = len(words) / len(sentences)
    weight = sum(map(syllables, words)) / len(words)
    grade = 0.39 * length + 11.8 * weight - 15.59
    return Reading(round(grade, 1), len(sentences), len(words), round(length, 1), round(weight, 2))


def _chinese(blocks: tuple[str, ...]) -> Reading:
    sentences = [_HAN.findall(part) for text in blocks for part in _ZH_STOPS.split(text)]
    sentences = [found for found in sentences if len(found) >= SHORT_ZH]
    found = [character for sentence in sentences for character in sentence]
    if not found:
        return Reading(0.0, 0, 0, 0.0, 0.0)
    length = len(found) / len(sentences)
    rare = 100 * sum(not _common(character) for character in found) / len(found)
    grade = 4 + max(0.0, length - 10) / 5 + rare
    return Reading(round(grade, 1), len(sentences), len(found), round(length, 1), round(rare, 2))


def _common(character: str) -> bool:
    """Whether a character is on level 1 of GB 2312: rows 16 to 55 of the table."""
    try:
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False
