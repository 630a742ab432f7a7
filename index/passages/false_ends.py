"""Full stops that end no sentence, and that the library for sentence bounds takes for ends."""

import re

VERSION = "2"  # an index that was made with another one is made again by the next `rag index`
_BEFORE, _AFTER = 40, 24  # characters that tell

# Titles before a name, also in "then-Sen." and "ex-Gov.". In small letters most are words: a sales rep, the moon (av).
_TITLE = re.compile(
    r"(?<!\w)(?:\w+-)?(?:Sen|Rep|Gov|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Amb|Dr|Prof|Mr|Mrs|Ms|Pres|Rev|Asst|Assoc|Av|Doç|Yrd"
    r"|Sn|Öğr|Uzm|[Аа]кад|[Пп]роф)\.\Z"
)
# Words that begin sentences, and no names: "They drove on Mulholland Dr. The house burned down."
_BEGINS_SENTENCE = re.compile(
    r"(?:The|An?|This|That|These|Those|There|He|She|It|They|We|I|His|Her|Its|Their|But|And|In|On|At|As|If|When|While"
    r"|After|Before|Then|Later|Now|So|For|From|O|Bu|Sonra|Onlar|Amma|Ama|Он|Она|Оно|Они|Это|Но|И|В|На)\b(?!\.)"
)
# Shortened words in English, Azerbaijani, Turkish and Russian, which a small letter or a number may follow.
_SHORTENED = re.compile(
    r"(?<!\w)(?:approx|para|art|sec|fig|nos?|vol|pp?|ca|est|incl|max|min|avg|bn|mn|tn|per cent|dept|govt|mln|mlrd|küç"
    r"|məs|cad|sok|млн|млрд|трлн|тыс|руб|коп|ул|стр|рис|гг|вв|др|см|напр)\.\Z",
    re.IGNORECASE,
)
# There they are nouns: "It reached its max. 5 banks failed."
_LARGEST = re.compile(r"\b(?:its|the|an?|his|her|their|this|that|each) (?:max|min|avg)\.\Z", re.IGNORECASE)
_PARTY = re.compile(r"\b[A-Z]-[A-Z]\.\Z")
_CLOCK = re.compile(r"\b[ap]\.m\.\Z", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:[ECMP][SD]?T|GMT|UTC|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    # Before a number only, since May, April and June are people, too.
    r"|(?:(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber)(?= \d))\b"
)
_INITIAL = re.compile(r"(?<![\w.])\w\.\Z")
_RULER = re.compile(r"(?:\A|[.!?…]['\"”’»]?\s+)[IVX]{1,5}\.\Z")


def is_false_end(text: str, end: int) -> bool:
    """Whether the sentence that is said to end at `end`, or at the white space before it, goes on there.

    It does after a title before a name, after a shortened word before a small letter or a number, inside "R-N.C.", in
    "9:20 p.m. Friday", after an initial outside ASCII, which the library does not know, and in "II. Murad".
    """
    near = text[max(0, end - _BEFORE) : end]
    before = near.rstrip()
    after = text[end - (len(near) - len(before)) : end + _AFTER]
    following = after.lstrip()
    first = following[:1]
    if _TITLE.search(before):
        return first.isupper() and not _BEGINS_SENTENCE.match(following)
    if _RULER.search(before):
        return first.isupper()
    if _SHORTENED.search(before):
        return first.islower() or (first.isdigit() and not _LARGEST.search(before))
    if _CLOCK.search(before):
        return bool(_AFTER_CLOCK.match(following))
    if _PARTY.search(before):
        return after[:1].isupper()
    return bool(_INITIAL.search(before)) and before[-2].isupper() and not before[-2].isascii() and first.isupper()
