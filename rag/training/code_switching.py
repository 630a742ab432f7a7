"""English questions with words of other languages, so that a question in one language is read against text in another.

There is too little data of questions in one language on text in another. What a question's small words mean stands
here; its other words come from FreeDict's and Mueller's dictionaries, where Debian's packages dict-freedict-eng-tur,
dict-freedict-eng-ara and mueller7-dict are installed. Names keep their letters or are written in the other script.

Source: Qin et al., "CoSDA-ML: Multi-Lingual Code-Switching Data Augmentation for Zero-Shot Cross-Lingual NLP", 2020.
"""

import gzip
import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DICTIONARIES = Path("/usr/share/dictd")
_FILES = {"tr": "freedict-eng-tur.dict.dz", "ru": "mueller7.dict.dz", "ar": "freedict-eng-ara.dict.dz"}
_SCRIPTS = {
    "tr": r"[a-zçğıöşüâîû]+",
    "ru": r"[а-яё]{2,}",
    "ar": r"[\u0621-\u065f]{2,}",
}
_REPLACED = 0.85  # the share of the words with a translation that are replaced
LANGUAGES = ("tr", "az", "ru", "ar", "fa", "ur")
_SMALL_WORDS = """
who|kim|kim|кто|من|چه کسی|کون
whom|kimi|kimi|кого|من|چه کسی را|کس کو
whose|kimin|kimin|чей|لمن|چه کسی|کس کا
what|ne|nə|что|ما|چه|کیا
which|hangi|hansı|какой|أي|کدام|کون سا
when|ne zaman|nə vaxt|когда|متى|چه زمانی|کب
where|nerede|harada|где|أين|کجا|کہاں
why|neden|niyə|почему|لماذا|چرا|کیوں
how|nasıl|necə|как|كيف|چگونه|کیسے
how many|kaç|neçə|сколько|كم عدد|چند|کتنے
how much|ne kadar|nə qədər|сколько|كم|چقدر|کتنا
how long|ne kadar süre|nə qədər müddət|как долго|كم من الوقت|چه مدت|کتنی دیر
how old|kaç yaşında|neçə yaşında|сколько лет|كم عمر|چند ساله|کتنی عمر
is|dir|dır|является|هو|است|ہے
are|dir|dır|являются|هم|هستند|ہیں
was|idi|idi|был|كان|بود|تھا
were|idi|idi|были|كانوا|بودند|تھے
did|||||||
does|||||||
do|||||||
the|||||||
a|bir|bir|||یک|ایک
an|bir|bir|||یک|ایک
of||||من||کا
in|içinde|də|в|في|در|میں
on|üzerinde|də|на|على|در|پر
at|de|də|в|في|در|پر
to|e|ə|к|إلى|به|کو
from|den|dən|из|من|از|سے
by|tarafından|tərəfindən||من قبل|توسط|کی طرف سے
for|için|üçün|для|من أجل|برای|کے لیے
with|ile|ilə|с|مع|با|کے ساتھ
and|ve|və|и|و|و|اور
or|veya|və ya|или|أو|یا|یا
not|değil|deyil|не|لا|نیست|نہیں
year|yıl|il|год|سنة|سال|سال
day|gün|gün|день|يوم|روز|دن
month|ay|ay|месяц|شهر|ماه|مہینہ
country|ülke|ölkə|страна|بلد|کشور|ملک
city|şehir|şəhər|город|مدينة|شهر|شہر
capital|başkent|paytaxt|столица|عاصمة|پایتخت|دارالحکومت
president|cumhurbaşkanı|prezident|президент|رئيس|رئیس‌جمهور|صدر
minister|bakan|nazir|министр|وزير|وزیر|وزیر
government|hükümet|hökumət|правительство|حكومة|دولت|حکومت
people|insanlar|insanlar|люди|ناس|مردم|لوگ
name|ad|ad|имя|اسم|نام|نام
first|ilk|birinci|первый|أول|اولین|پہلا
second|ikinci|ikinci|второй|ثاني|دومین|دوسرا
last|son|son|последний|آخر|آخرین|آخری
new|yeni|yeni|новый|جديد|جدید|نیا
visit|ziyaret etti|səfər etdi|посетил|زار|بازدید کرد|دورہ کیا
visited|ziyaret etti|səfər etdi|посетил|زار|بازدید کرد|دورہ کیا
built|inşa edildi|tikildi|построен|بني|ساخته شد|تعمیر
founded|kuruldu|quruldu|основан|تأسس|تأسیس شد|قائم
born|doğdu|doğulub|родился|ولد|متولد شد|پیدا ہوا
died|öldü|öldü|умер|توفي|درگذشت|وفات
killed|öldürüldü|öldürüldü|убит|قتل|کشته شد|ہلاک
won|kazandı|qazandı|выиграл|فاز|برنده شد|جیتا
war|savaş|müharibə|война|حرب|جنگ|جنگ
large|büyük|böyük|большой|كبير|بزرگ|بڑا
largest|en büyük|ən böyük|самый большой|أكبر|بزرگترین|سب سے بڑا
"""
_CYRILLIC = {"sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ya": "я", "yu": "ю", "ts": "ц"}
_CYRILLIC |= dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстувву", strict=False)) | {"x": "кс", "y": "и"}
_CYRILLIC |= {"v": "в", "w": "в", "z": "з", "j": "дж", "u": "у", "t": "т", "s": "с", "r": "р", "q": "к"}
_WORD = re.compile(r"\w+(?:['’]\w+)?")


@cache
def small_words(language: str) -> Mapping[str, str]:
    """What an English question's small words, alone or two together, are in a language."""
    lines = [line.split("|") for line in _SMALL_WORDS.strip().splitlines()]
    column = 1 + LANGUAGES.index(language)
    return {line[0]: line[column] for line in lines}


@cache
def dictionary(language: str) -> Mapping[str, str]:
    """English words in lower case with their first translation of one or two words; empty where there is none."""
    path = DICTIONARIES / _FILES.get(language, "none")
    if not path.exists():
        return {}
    word = _SCRIPTS[language]
    translation = re.compile(rf"(?<!\w){word}(?: {word})?")
    found: dict[str, str] = {}
    head = ""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            first = re.match(r"([A-Za-z-]+)(?: /|$)", line)
            if first:
                head = first[1].casefold()
                continue
            text = re.sub(r"\([^)]*\)|_\w+\.", " ", line).strip().casefold()
            match = translation.search(text) if head and head not in found else None
            if match and (language != "tr" or re.match(r"\d+\. [^.:]*$|\w", text)):
                found[head] = match[0]
    return found


def switched(question: str, language: str, rng: random.Random) -> str:
    """An English question with most of its words in another language, in their English order."""
    small, large = small_words(language), dictionary(language)
    words = _WORD.findall(question)
    result: list[str] = []
    position = 0
    while position < len(words):
        pair = " ".join(words[position : position + 2]).casefold()
        word = words[position]
        if pair in small:
            result.append(small[pair])
            position += 2
            continue
        position += 1
        if word.casefold() in small:
            result.append(small[word.casefold()])
        elif position > 1 and word[:1].isupper():
            result.append(in_cyrillic(word) if language == "ru" and rng.random() < 0.5 else word)
        elif rng.random() < _REPLACED:
            result.append(large.get(word.casefold()) or large.get(_stem(word.casefold())) or word)
        else:
            result.append(word)
    return " ".join(part for part in result if part) + ("?" if question.rstrip().endswith("?") else "")


def in_cyrillic(name: str) -> str:
    """A name in Cyrillic letters, roughly as Russian writes it."""
    written = re.sub(
        "|".join(sorted(_CYRILLIC, key=len, reverse=True)), lambda match: _CYRILLIC[match[0]], name.casefold()
    )
    return written.capitalize() if name[:1].isupper() else written


def _stem(word: str) -> str:
    for ending in ("ies", "ied"):
        if word.endswith(ending):
            return word.removesuffix(ending) + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending)
    return word
