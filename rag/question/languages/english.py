"""English."""

from rag.question.languages.words import LanguageWords

_PERIODS = "year|month|day|date|century|decade"
_DEGREES = "many|much|long|far|tall|big|large|high|deep|often|fast|wide|heavy"
_AMOUNTS = "number|percent|percentage|amount|share|proportion|fraction"
_NAMED = "country|city|person|company|state|place|team|nation"
_AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might"
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_LARGER = "(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\\w+)?"

# A question that a yes or a no answers; not "Can you tell me when…?", and not "Is it A or B?".
_ASKS = "who|whom|when|where|why|how"
_YES_NO = (
    rf"^(?:(?:and|but|so|then),? )?(?:{_AUXILIARY})(?:n['’]t)? (?!(?:you|i|we)\b)(?!.*\b(?:or|{_ASKS})\b)"
    r"|,? (?:(?:is|are|was|were|do|does|did|has|have|had)(?:n['’]t)? (?:it|he|she|they|there)|right|correct)\?$"
    # A sentence with a verb and a question mark: "Urdu is taught in Baku?".
    rf"|^(?!.*\b(?:or|{_ASKS}|whose|which|what)\b)[\w'’-]+(?: [\w'’-]+){{0,5}} (?:{_AUXILIARY}) [^?]+\?$"
)
# What asks what or who something is, by its name; not "the capital of Iran" or "Iran accused of", which ask otherwise.
_NO_NAME = r"(?!.*['’]s\b)(?!.*\b(?-i:[a-z]\w*(?:ed|ing))\b)"
_LINKS = r"\b(?-i:in|at|for|to|by|from|with|on|that|when|during|about|like|than)\b"
_DETERMINED = "the|a|an|his|her|their|its|my|your|our|this|that|these|those|he|she|it|they|there|in|on|at"
_NEITHER = "new|next|different|wrong|left|special|best|important|it|this|that|there|up|your|my|his|her|their|its|the"
_SHORT = r"[\w-]+(?: [\w-]+)?\W*$"
_DEFINITION = (
    r"^(?:(?:and|but|so|then|please),? )?(?:(?:can|could) you )?(?:please )?(?:"
    r"(?:tell|inform) (?:me|us) (?:more |something )?about (?!you|this\b|the (?:corpus|articles|documents))"
    r"|what do you know about |who or what (?:is|was) |define |(?:what is )?the (?:meaning|definition) of "
    r"|what is meant by |what (?:does|do|did) (?=.* (?:stand for|mean)\W*$)"
    rf"|who(?:['’]s| is| was| are| were) (?!(?:{_DETERMINED})\b){_NO_NAME}(?!.*{_LINKS})(?!.*\b(?-i:of|and)\b)"
    rf"|what(?:['’]s| is| was| are| were) {_NO_NAME}(?!.*{_LINKS})"
    rf"(?=(?:the )?(?-i:[A-Z0-9“\"])|an? [\w-]+(?: [\w-]+){{0,3}}\W*$|(?:the )?(?!(?:{_NEITHER})\b){_SHORT})"
    r")(?P<target>[^?]{2,80}?)(?: (?:stand for|mean))?\W*$"
)

ENGLISH = LanguageWords(
    code="en",
    asks_time=rf"when|(what|which) ({_PERIODS}|time|era|age)|how long ago|how old",
    asks_number=rf"how ({_DEGREES})|what ({_AMOUNTS})|at what (price|cost|rate)",
    asks_name=rf"who|whom|whose|where|(what|which) ({_NAMED})|what (was|is) the name",
    # "And in 1996?" and "What about Karachi?" do not match: they have the answer type of the question before.
    asks="which|why|what(?! (?:about|of)\\b)|how(?! about\\b)",
    asks_first=rf"(?:(?:and|but|or|so) )?(?:{_AUXILIARY})",
    plain=(
        "about after all also am an and another any are as at be because been before being but by can could did do "
        "does during each either else ever for from gave get give got had has have he her hers here him his how if "
        "in into is it its just many may me mean meant might more most much must my no nor not now of on only or "
        "other others our ours please shall she should so some such tell than that the their theirs them then "
        "there these they this those to too us very was we were what when where which who whom whose why will with "
        "would yes you your yours"
    ),
    refers_back_first="and|but|or|so|then|what about|how about",
    refers_back="he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those|then",
    times=(
        r"\d+(st|nd|rd|th)|\d{2,4}s|(mon|tues|wednes|thurs|fri|satur|sun)day"
        "|century|centuries|decades?|years?|spring|summer|autumn|winter"
    ),
    # With a capital only: "may" and "march" are words of their own.
    months=(
        *("Jan(?:uary)?", "Feb(?:ruary)?", "Mar(?:ch)?", "Apr(?:il)?", "May", "June?", "July?", "Aug(?:ust)?"),
        *("Sept?(?:ember)?", "Oct(?:ober)?", "Nov(?:ember)?", "Dec(?:ember)?"),
    ),
    ordinals="st|nd|rd|th",
    day_after_month=True,
    eras="BC|AD|BCE|CE",
    numbers=rf"{_SMALL}|{_LARGER}|dozen|half|twice|hundred|thousand|million|billion",
    joiners="and|but|so|then|later|also|however|instead|afterwards|meanwhile|moreover|furthermore|therefore",
    pronouns="he|she|it|they|his|her|its|their|this|that|these|those|both|the (?:former|latter|two|same)",
    impersonal=r"it (?:is|was|has been) \w+ (?:that|to)\b|this (?:article|page)",
    range_words="to|until|till|through|and",
    open_times=r"before|after|since|by|until|till|around|about|circa",
    bounds=("about|around|nearly|almost|over|under|least|most|more|less|fewer|up to|roughly|approximately|some"),
    bounds_before=(
        "(?:no |not |slightly |a little )?(?:more|less|fewer) than|(?:just |well )?(?:over|under|above|below)"
        "|at (?:the )?(?:least|most)|up to|as (?:many|much|few|little) as|about|around|roughly|approximately"
        "|some|nearly|almost|close to|in excess of|exceed(?:s|ed|ing)|upwards of|an estimated"
        "|a (?:minimum|maximum) of|an average of"
    ),
    times_before="before|after|circa",
    bounds_after="or (?:more|less|fewer|so|over)|at (?:least|most|the most)|and (?:more|over|above)",
    between="between",
    units=(
        r"per ?cent(?:age points?)?|%|(?:US |U\.S\. |American )?dollars?|euros?|pounds?(?: sterling)?|cents?"
        r"|manats?|rupees?|roubles?|rubles?|yen|yuan|liras?|dirhams?|ri[ay]ls?|crowns?|francs?"
        r"|(?:(?:square|cubic|nautical) )?(?:(?:kilo|centi|milli)?met(?:re|er)s?|miles?|feet|foot|inch(?:es)?|yards?)"
        r"|acres?|hectares?|(?:metric )?ton(?:ne)?s?|(?:kilo|milli)?grams?|kg|km[²2]?|cm|mm|barrels?|gallons?"
        r"|lit(?:re|er)s?|degrees?(?: (?:celsius|fahrenheit))?|°[CF]?|(?:kilo|mega|giga|tera)?(?:watt|byte)s?|[kMG]W"
        r"|hours?|minutes?|seconds?|days?|weeks?|months?|years?|decades?|centuries"
    ),
    asks_forms={"definition": _DEFINITION, "yes_no": _YES_NO},
    scales={"hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "crore": 1e7, "billion": 1e9}
    | {"bn": 1e9, "trillion": 1e12, "tn": 1e12},
)
