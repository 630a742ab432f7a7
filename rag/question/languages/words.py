"""What is known of the words of one language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.question.languages.folding import fold, fold_case

YEARS = r"(?:1\d{3}|20\d{2})"  # a number that is most likely a year
_NOTHING = "(?!)"


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """The words of a language that tell what a question asks for, what a sentence holds, or what either refers to.

    Every string holds alternatives of a regular expression, which match whole words whatever their case; `plain` holds
    words, parted by spaces. `months` and `eras` are matched as they are written, since some are words of their own in
    small letters.

    Of questions: `asks_time`, `asks_number` and `asks_name` tell the type of the answer, `asks` are the other words
    that ask, and `asks_first` those that ask where they begin the question. `asks_forms` holds, by the name of a form
    of answer, the whole pattern of the questions that ask for it; the first that matches counts. The group "target" of
    a definition's is what is to be defined. `asks_list_of` is a whole pattern too, of questions for a list, with the
    groups `items`, `verb` and `rest`, or `listed`. `form_words` are the words of such questions that say nothing of
    their subject, and `instructions` begin a text that says what to do with its subject. `events` and `encounters` are
    nouns for what happens on a day; sentences about the latter, such as
    visits, rarely hold the noun. `when_did` is a question for the day of a subject, with {} in its place. Directly
    before a date, `since` and `until` tell that a period begins or ends with it, `after` and `before` that it does so
    without it; between them may stand `before_dates`, which say no more, and `parts_of_time`, such as "end of". `plain`
    words never tell what a conversation is about; they also show that a text is of this language. `misspelt_asks`
    holds, by a question word, what is typed for it by mistake where it begins a question. `asks_more` is a whole text
    that asks for nothing but more of the same. `keyword_time` and `keyword_number` are the nouns that tell the type of
    the answer to search words, and `synonyms` groups of such nouns that a text may use for each other. `refers_back`
    stands for something that was named before, and so does what begins with `refers_back_first`. `countries` are names
    of countries that rag.question.countries lacks.

    `talk` holds, by its kind, what people say to a program without asking anything of the documents: phrases word for
    word, without their punctuation, parted by "|"; the kinds are those of rag.question.talk.Talk. `talk_or_names` are
    those that are names too, with a capital. `asks_corpus` holds, by its kind, the patterns of whole questions on what
    is held; the kinds are those of rag.question.corpus_question.Asked. Only English has questions with more words, in
    the group `rest`.

    Of sentences: `times` and `eras` are times, apart from years, clock times and months. `numbers` are numbers in
    words. `weekdays`, from Monday, are matched as they are written; `days_ago` holds words for a day that is told from
    the day of the article, with how many days before it lies. A sentence that begins with `pronouns`, perhaps after one
    of `joiners`, dangles, unless it begins with `impersonal`; one that begins with `continues` goes on with what the
    sentence before it lists. `capitals`: names begin with one. `furniture` begins a line that says nothing of the
    subject.

    Of what sentences say of others: `disputes` tell that accounts differ, `accounts` whose account it is, `refutes`
    that a claim is wrong, and `ends` that something is so no longer; `plans` tell what is to be. A question with
    `asks_now` asks how it is now; `roles` are what one person is at a time, and `done_by_one` verbs for what one does
    alone. `again` tells of another time at which something was done.

    Of short answers: `range_words` stand between the ends of a range, with `between` before them; a time with
    `open_times` and a number with `bounds` are not compared with others. `bounds_before` and `bounds_after` are whole
    phrases that limit a number, from either side, `times_before` those that limit a time, and `units` what a number is
    a number of. `scales` are words that multiply the number before them. `ordinals` follow the number of a day, which
    stands before its month, or also after it where `day_after_month`. `other_calendar`: years before 1500 are likely
    counted from another year than the common one.
    """

    code: str
    asks_time: str
    asks_number: str
    asks_name: str
    asks: str
    plain: str
    refers_back_first: str
    refers_back: str
    times: str
    months: tuple[str, ...]
    numbers: str
    joiners: str
    pronouns: str
    range_words: str
    open_times: str
    bounds: str
    bounds_before: str = _NOTHING
    bounds_after: str = _NOTHING
    times_before: str = _NOTHING
    between: str = _NOTHING
    units: str = _NOTHING
    scales: Mapping[str, float] = field(default_factory=dict)
    asks_first: str = _NOTHING
    asks_forms: Mapping[str, str] = field(default_factory=dict)
    talk: Mapping[str, str] = field(default_factory=dict)
    talk_or_names: str = _NOTHING
    asks_corpus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    misspelt_asks: Mapping[str, str] = field(default_factory=dict)
    asks_more: str = _NOTHING
    keyword_time: str = _NOTHING
    keyword_number: str = _NOTHING
    synonyms: tuple[tuple[str, ...], ...] = ()
    asks_list_of: str = _NOTHING
    form_words: str = _NOTHING
    instructions: str = _NOTHING
    events: str = _NOTHING
    encounters: str = _NOTHING
    when_did: str = ""
    since: str = _NOTHING
    until: str = _NOTHING
    after: str = _NOTHING
    before: str = _NOTHING
    before_dates: str = _NOTHING
    parts_of_time: str = _NOTHING
    eras: str = _NOTHING
    weekdays: tuple[str, ...] = ()
    days_ago: Mapping[str, int] = field(default_factory=dict)
    continues: str = _NOTHING
    impersonal: str = _NOTHING
    furniture: str = _NOTHING
    disputes: str = _NOTHING
    accounts: str = _NOTHING
    refutes: str = _NOTHING
    ends: str = _NOTHING
    plans: str = _NOTHING
    asks_now: str = _NOTHING
    roles: str = _NOTHING
    done_by_one: str = _NOTHING
    again: str = _NOTHING
    ordinals: str = ""
    day_after_month: bool = False
    countries: tuple[str, ...] = ()
    capitals: bool = True
    other_calendar: bool = False
    plain_words: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Fold the plain words once, as the words that are looked up are."""
        object.__setattr__(self, "plain_words", frozenset(fold_case(fold(self.plain)).split()))

    def pattern(self, *alternatives: str, as_written: bool = False) -> re.Pattern[str]:
        """A pattern of whole words for folded text, whatever their case if not `as_written`."""
        return re.compile(rf"\b(?:{fold('|'.join(alternatives))})\b", 0 if as_written else re.IGNORECASE)
