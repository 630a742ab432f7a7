"""The words of a text, by its language."""

import pytest
from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from index.engine.local.analyzers import (
    _STEMMERS,
    AZERBAIJANI,
    ENGLISH,
    PLAIN,
    analyzer,
    analyzer_name,
    first_version_analyzer,
)

# A word a line, and forms of it.
TURKISH = """
kitap kitabı kitaplar kitapları kitaplarında kitabın kitabından
yıl yılı yıllar yılında yıllarda yılın yıllarının
şehir şehri şehirler şehirde şehrin şehirlerinde şehrinden
ışık ışığı ışıklar ışıkları ışıkta ışığın
ülke ülkesi ülkeler ülkelerin ülkesinde ülkeden ülkelerinden
köprü köprüsü köprüler köprüde köprünün köprülerin köprüsünden
başkan başkanı başkanlar başkanın başkanları başkana
savaş savaşı savaşlar savaşta savaşın savaşlarda savaşından
nüfus nüfusu nüfusun nüfusta nüfusuna nüfusunun
göl gölü göller gölde gölün gölüne göllerin
okul okulu okullar okulda okulun okullarında okuluna
dağ dağı dağlar dağda dağın dağları dağlarının
gün günü günler günde günün günlerde günlerinin
deniz denizi denizler denizde denizin denizlerde denizinin
hükümet hükümeti hükümetler hükümetin hükümetten hükümetinin
çocuk çocuğu çocuklar çocukların çocuğun çocuklarına
anlaşma anlaşması anlaşmalar anlaşmanın anlaşmada anlaşmasının
kadın kadını kadınlar kadınların kadının kadınlara
ağaç ağacı ağaçlar ağaçların ağacın ağaçta
su suyu sular suyun suda sularının
"""
AZERBAIJANI_WORDS = """
kitab kitabı kitablar kitabları kitablarında kitabın kitabından
il ili illər ilində illərdə ilin illərinin
şəhər şəhəri şəhərlər şəhərdə şəhərin şəhərlərində şəhərindən
işıq işığı işıqlar işıqları işıqda işığın
ölkə ölkəsi ölkələr ölkələrin ölkəsində ölkədən ölkələrindən
körpü körpüsü körpülər körpüdə körpünün körpülərin körpüsündən
prezident prezidenti prezidentlər prezidentin prezidentləri prezidentə
müharibə müharibəsi müharibələr müharibədə müharibənin müharibələrdə
əhali əhalisi əhalinin əhalidə əhalisinə əhalisinin
göl gölü göllər göldə gölün gölünə göllərin
məktəb məktəbi məktəblər məktəbdə məktəbin məktəblərində məktəbinə
dağ dağı dağlar dağda dağın dağları dağlarının
gün günü günlər gündə günün günlərdə günlərinin
dəniz dənizi dənizlər dənizdə dənizin dənizlərdə dənizinin
hökumət hökuməti hökumətlər hökumətin hökumətdən hökumətinin
uşaq uşağı uşaqlar uşaqların uşağın uşaqlarına
müqavilə müqaviləsi müqavilələr müqavilənin müqavilədə müqaviləsinin
qadın qadını qadınlar qadınların qadının qadınlara
ağac ağacı ağaclar ağacların ağacın ağacda
Bakı Bakıda Bakının Bakıdan Bakıya
liman limanı limanlar limanda limanın limanlarında limanından
"""
LATIN = "The SHIPS of İlham, 1996: Türkiye’s naïve café cost 6½ million (40 %) in Bünyadzadə’s words; ﬁve ½ km²."


@pytest.mark.parametrize(
    ("language", "name"),
    [
        (None, ENGLISH),
        ("", ENGLISH),
        ("und", ENGLISH),
        ("en", ENGLISH),
        ("EN-gb", ENGLISH),
        ("tr", "turkish"),
        ("tr_TR", "turkish"),
        ("az-Latn", AZERBAIJANI),
        ("ru", "russian"),
        ("ar-PS", "arabic"),
        ("nb", "norwegian"),
        ("ur", PLAIN),
        ("fa", PLAIN),
        ("zz", PLAIN),
        ("no such tag", PLAIN),
    ],
)
def test_a_language_has_its_analyzer(language, name):
    """By the primary subtag; an article that states no language counts as English, as it always did."""
    assert analyzer_name(language) == name


@pytest.mark.parametrize("name", sorted({*_STEMMERS.values(), PLAIN, AZERBAIJANI}))
def test_every_analyzer_finds_the_words_of_any_text(name):
    """Each has as many words for a text as the text has, whatever its script, and none holds a space."""
    text = "Ships in İstanbul. کتاب‌ها ١٩٩٦ книги 中文 I\u0307 ẹ\u0301 kitablarımızda Straße ŒUVRE ss"
    words = analyzer(name)(text)
    assert len(words) == 14
    assert all(word and " " not in word for word in words)
    assert analyzer(name)("") == analyzer(name)(" \u0301 – ") == []


def test_what_is_no_analyzer_is_refused():
    """An index of a later version may name one."""
    with pytest.raises(ValueError, match="klingon"):
        analyzer("klingon")


def test_english_words_are_those_of_the_first_version():
    """Accents folded, lower-cased, stemmed by Tantivy: the words of an English text did not change."""
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.remove_long(64), Filter.ascii_fold(), Filter.lowercase(), Filter.stemmer("english")):
        builder = builder.filter(step)
    expected = builder.build().analyze(LATIN)
    assert analyzer(ENGLISH)(LATIN) == first_version_analyzer()(LATIN) == expected
    assert "ship" in expected


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("tr", "köprü köprüler köprüde KÖPRÜNÜN"),
        ("tr", "ışık ışıklar IŞIĞIN"),
        ("tr", "İstanbul istanbul ISTANBUL ıstanbul"),
        ("tr", "yıl yılında yıllarda"),
        ("az", "şəhər şəhərin ŞƏHƏRLƏRİNDƏ şəhərdən"),
        ("az", "kitab kitablar kitabı kitablarında"),
        ("az", "Bakı Bakıda BAKININ"),
        ("az", "Əliyev Aliyev ƏLİYEVİN"),
        ("ru", "книга книги КНИГУ книгами"),
        ("ru", "ёлка елка ёлками"),
        ("ar", "كتاب الكتاب كِتَابٌ کتاب"),
        ("ar", "مدرسة المدرسة مدرسه"),
        ("fa", "كتاب کتاب کِتاب"),
        ("fa", "زندگی زندگي زندگى"),
        ("ur", "پاکستان پاكستان پَاکِستان"),
        ("ur", "بڑے بڑی"),
        ("de", "Häuser Haus HÄUSERN"),
        ("fr", "élève élèves eleves"),
    ],
)
def test_forms_of_a_word_are_one(language, forms):
    """Inflected, in capitals, with another letter or with marks, it is indexed as one word."""
    words = analyzer(analyzer_name(language))(forms)
    assert len(words) == len(forms.split())
    assert len(set(words)) == 1, words


@pytest.mark.parametrize(
    ("language", "pair"), [("tr", "kadın kitap"), ("az", "şəhər dəniz"), ("ur", "کھا کہا"), ("ar", "كتاب مدرسة")]
)
def test_other_words_are_not_one(language, pair):
    """Folding and stemming leave words that say something else apart."""
    assert len(set(analyzer(analyzer_name(language))(pair))) == 2


@pytest.mark.parametrize(
    ("language", "lines", "matching", "count"), [("tr", TURKISH, 92, 111), ("az", AZERBAIJANI_WORDS, 97, 115)]
)
def test_most_forms_of_a_turkic_word_are_one(language, lines, matching, count):
    """As many as the analyzer says are indexed as their word is, and no form as another word."""
    analyze = analyzer(analyzer_name(language))
    words = [analyze(line) for line in lines.split("\n") if line]
    assert sum(len(forms) - 1 for forms in words) == count
    assert sum(form == forms[0] for forms in words for form in forms[1:]) == matching
    assert sum(len(set(forms)) for forms in words) == len({form for forms in words for form in forms})


def test_an_azerbaijani_word_keeps_its_letters():
    """What is left of it is its own beginning, so that a name is the same in English but for its accents."""
    assert analyzer(AZERBAIJANI)("Qarabağda ƏLİYEVİN gün günü") == ["qarabag", "aliyev", "gun", "gun"]
