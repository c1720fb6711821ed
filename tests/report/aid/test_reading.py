"""The reading measure: against words counted by hand, and every example case below school year 8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.report.aid.reading import LIMIT, ZH_RARE, ZH_SENTENCE, reading, running_text, syllables
from tests.report.aid.pages import EVERY, LANGUAGES, html_of

BY_HAND = {  # counted by speaking them aloud
    1: "the a I disc nerve bone leg pain hurt scan through strength weak back's moved helped caused pressed "
    "years days lies whole piece pulled stays loose choose once gives bites size tube live used shown "
    "cared tired wait eight ease eased shared scored",
    2: "doctor people steroid weakness tested wanted needed carries study studies better picture "
    "between number after spinal options body other keyhole likely useful being going quiet changes uses "
    "places watches pieces risen little table people muscle needle able single simple",
    3: "surgery hospital recover different injection surgery's natural family medicine idea area radio "
    "syllable understand another important",
    4: "operation ordinary emergency information necessary anaesthetic",
    5: "examination possibility",
}


@pytest.mark.parametrize(("count", "words"), BY_HAND.items())
def test_syllables_agree_with_a_count_by_hand(count: int, words: str) -> None:
    wrong = {w: syllables(w) for w in words.split() if syllables(w) != count}
    assert wrong == {}


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15))
def test_every_word_has_a_syllable_and_no_more_than_letters(word: str) -> None:
    assert 1 <= syllables(word) <= len(word)


def test_the_grade_is_the_published_formula() -> None:
    """Ten words, one sentence, eleven syllables: counted by hand."""
    page = "<p>The doctor can look at your back and your leg.</p>"
    assert reading(page, "en").grade == pytest.approx(0.39 * 10 + 11.8 * 1.1 - 15.59, abs=0.05)


def test_harder_text_has_a_higher_grade() -> None:
    easy = "<p>The disc can press on a nerve. Then your leg may hurt a lot.</p>"
    hard = (
        "<p>Transforaminal endoscopic discectomy demonstrates noninferiority regarding postoperative "
        "radicular symptomatology in randomised comparative investigations with appropriate "
        "methodological quality.</p>"
    )
    assert reading(easy, "en").easy
    assert not reading(hard, "en").easy
    assert reading(hard, "en").grade > 15
    zh_easy = "<p>椎间盘可能压住神经。这时候您的腿会很疼。</p>"
    zh_hard = (
        "<p>经椎间孔入路内镜下髓核摘除术在随机对照研究中显示对于术后神经根性症状学指标具有非劣效性并且围手术期"
        "并发症发生率未见统计学显著差异且硬脊膜撕裂罕见骶髂髂嵴黄韧带肥厚钙化痉挛</p>"
    )
    assert reading(zh_easy, "zh-Hans").easy
    assert not reading(zh_hard, "zh-Hans").easy


def test_quoted_text_and_pictures_are_not_measured() -> None:
    page = (
        "<h2>Head</h2><p>You see a doctor <cite>Long title</cite> now.</p><svg><title>x</title></svg>"
        '<dl><dd class="quoted">transforaminal</dd><dd>plain words</dd></dl><style>p {}</style>'
    )
    assert running_text(page) == ("You see a doctor now.", "plain words")


def test_saying_it_twice_does_not_make_it_easier() -> None:
    one = "<p>The surgeon takes out the piece with a microscope and a long tube.</p>"
    other = "<p>You go home soon after that.</p>"
    assert reading(one + other * 9, "en") == reading(one + other, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_every_aid_is_easy_to_read(name: str, language: str) -> None:
    found = reading(html_of(name, language), language)
    assert found.units > 100
    assert 0 < found.grade <= LIMIT
    if language != "en":
        assert found.per_sentence <= ZH_SENTENCE
        assert found.per_unit <= ZH_RARE
