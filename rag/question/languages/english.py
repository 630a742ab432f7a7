"""English."""

from rag.question.languages.english_forms import (
    ASKS_FORMS,
    AUXILIARY,
    CONTINUES,
    ENCOUNTERS,
    EVENTS,
    FORM_WORDS,
    INSTRUCTIONS,
    LIST_OF,
    SMALL,
)
from rag.question.languages.english_held import ASKS_CORPUS, TALK
from rag.question.languages.words import LanguageWords

_PERIODS = "year|month|day|date|century|decade"
_DEGREES = "many|much|long|far|tall|big|large|high|deep|often|fast|wide|heavy"
_AMOUNTS = "number|percent|percentage|amount|share|proportion|fraction"
_NAMED = "country|city|person|company|state|place|team|nation"
_LARGER = "(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\\w+)?"
_TELLERS = (
    "accounts?|sources?|reports?|estimates?|counts?|figures?|versions?|records?|historians?|scholars?|experts?|guides?"
    "|outlets?|media|(?:news)?papers?|agenc(?:y|ies)|writers?|authors?|researchers?|officials?|witness(?:es)?"
)

ENGLISH = LanguageWords(
    code="en",
    asks_time=rf"when|(what|which) ({_PERIODS}|time|era|age)|how long ago|how old",
    asks_number=rf"how ({_DEGREES})|what ({_AMOUNTS})|at what (price|cost|rate)",
    asks_name=rf"who|whom|whose|where|(what|which) ({_NAMED})|what (was|is) the name",
    # "And in 1996?" and "What about Karachi?" do not match: they have the answer type of the question before.
    asks="which|why|what(?! (?:about|of)\\b)|how(?! about\\b)",
    asks_first=rf"(?:(?:and|but|or|so) )?(?:{AUXILIARY})",
    asks_more=(
        "(?:(?:please|ok|okay|yes|and|can you|could you),? ){0,2}"
        "(?:(?:tell|give|show) me (?:some )?more(?: details| quotes)?|(?:some |any )?more(?: details| quotes)?"
        "|(?:is there )?(?:any|some)thing (?:else|more)|what (?:else|more)(?: is there| do you know)?"
        "|go on|continue|say more)(?: (?:about|on) (?:it|this|that|him|her|them))?(?:,? please)?"
    ),
    keyword_time="dates?|year|day|deadline|anniversary|birthday|schedule",
    keyword_number=(
        "prices?|costs?|fee|budget|number|count|total|population|length|height|width|depth|area|size|distance|capacity|speed"
        "|weight|temperature|percentage|rate|share|turnover|deaths|casualties|salary|duration"
    ),
    synonyms=(("price", "cost", "worth"), ("prices", "costs", "worth")),
    countries=(
        *(
            "Turkey",
            "Turkiye",
            "Burma",
            "Myanmar",
            "Ivory Coast",
            "Cape Verde",
            "Czech Republic",
            "Swaziland",
            "Holland",
        ),
        *("East Timor", "Hong Kong", "Palestine", "Bosnia", "Bosnia and Herzegovina", "Trinidad and Tobago"),
        *("Great Britain", "Britain", "UK", "USA", "UAE"),
    ),
    misspelt_asks={
        "when": "wen|whn|wehn|hwen|whne|whem",
        "what": "waht|wat|wht|whta|hwat|wath",
        "where": "wher|whre|wehre|wheer|hwere",
        "which": "wich|whcih|whihc|wihch|hwich|whitch",
        "how": rf"hwo (?={_DEGREES}|do|does|did)|hw|ohw|howe",
        "who": "hwo|woh|whoo",
        "why": "wy|hwy|whyy",
    },
    asks_forms=ASKS_FORMS,
    asks_list_of=LIST_OF,
    form_words=FORM_WORDS,
    instructions=INSTRUCTIONS,
    events=EVENTS,
    encounters=ENCOUNTERS,
    when_did="When did {} happen?",
    continues=CONTINUES,
    since="since|from|no earlier than",
    until="until|till|up to|by|no later than",
    after="after|later than",
    before="before|prior to|earlier than",
    before_dates="the|years?|months?|of|about|around",
    parts_of_time="early|late|mid|middle|start|beginning|end|half|spring|summer|autumn|winter",
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
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    days_ago={"yesterday": 1},
    ordinals="st|nd|rd|th",
    day_after_month=True,
    eras="BC|AD|BCE|CE",
    numbers=rf"{SMALL}|{_LARGER}|dozen|half|twice|hundred|thousand|million|billion",
    joiners="and|but|so|then|later|also|however|instead|afterwards|meanwhile|moreover|furthermore|therefore",
    pronouns="he|she|it|they|his|her|its|their|this|that|these|those|both|the (?:former|latter|two|same)",
    impersonal=r"it (?:is|was|has been) \w+ (?:that|to)\b|this (?:article|page)",
    furniture=(
        r"(?:file )?(?:photo|image|picture|video)s?(?: (?:credit|caption|source))?\s*[:/|–—]"
        r"|(?:photo|image)s? (?:by|credit|courtesy)\b"
        r"|(?:read (?:more|also|next)|also read|see also|related(?: articles?| stories)?|watch|listen)\s*[:|–—]"
        r"|(?:advertisement|sponsored content|subscribe (?:to|now|here)|sign up (?:for|to|here|now)|follow us on"
        r"|click here|share this|download (?:our|the) app|all rights reserved)\b"
    ),
    disputes=(
        rf"(?:{_TELLERS})(?: \w+){{0,3}} (?:differ|disagree|vary|conflict|diverge|contradict)(?:s|ed)?|varied|varies"
        rf"|(?:some|one|several|most)(?: \w+)? (?:{_TELLERS})\b.{{1,120}}?\b(?:others?|another)"
        rf"|(?:according to|by) (?:some )?(?:other|another) (?:{_TELLERS})"
        rf"|(?:other|another)(?: \w+)? (?:{_TELLERS}) (?:says?|said|puts?|gives?|gave|speaks?|spoke|names?)"
        "|(?:gives?|gave) a (?:longer|shorter|different|higher|lower|later|earlier)"
    ),
    accounts=(
        "according to|(?:cited|quoted|reported|given|told) by|says?|said|wrote|writes|reported|claim(?:s|ed)"
        "|gives?|gave|puts?|places|lists?|dates|counts?|names?|named|calls|called|spoke of|speaks of"
    ),
    refutes=(
        "(?:not true|untrue|false|wrong) that|denie[ds] (?:that|having)|false (?:claims?|reports?|rumou?rs?)|falsely"
        "|contrary to (?:\\w+ )?(?:claims?|reports?|rumou?rs)"
    ),
    ends=(
        "(?:has|have|had) since (?:\\w+ly )?\\w+|no longer"
        "|(?:was|were|(?:has|have) been|is|are) (?:since |later |now |then |finally |officially )?(?:lifted|repealed"
        "|abolished|cancelled|canceled|revoked|scrapped|replaced|withdrawn|overturned|reversed|corrected|superseded"
        "|broken|surpassed|beaten|dropped|dissolved|disbanded|rescinded)|came to an end|was succeeded by|stepped down"
        "|closed (?:for good|permanently)|shut down|was discontinued|ceased to"
        "|resigned|(?:that|this|the) (?:\\w+ ){1,2}(?:ended|expired|lapsed|ran out)"
    ),
    plans=(
        "will|must|might|could(?! have| not)|would(?! have| later| become)|(?:is|are) on|expects?"
        "|(?:is|are|was|were) (?:\\w+ly )?(?:to|due|set|scheduled|expected|planned)"
        "|(?:has|have|had) been (?:planned|scheduled)|(?:planned|scheduled|due|slated) (?:for|to)"
        "|(?:plans|planning|intends?|aims?|hopes?|promises?|pledges?) to|takes? office"
    ),
    asks_now=("current|currently|now|nowadays|today|latest|newest|most recent|(?:is|are) there|at present|these days"),
    roles=(
        "president|vice president|(?:deputy )?prime minister|premier|king|queen|emir|sultan|chancellor|governor|mayor"
        r"|(?:foreign|defence|defense|finance|interior|economy|energy|education|health) minister|minister of \w+"
        "|speaker|(?:acting |deputy |executive |managing |general )?director(?:[- ]general)?|head"
        "|chair(?:man|woman|person)?|ambassador|secretary(?:[- ]general)?|chief executive|ceo|coach|captain|commander"
        "|editor|rector|principal|leader"
    ),
    done_by_one="won|founded|invented|discovered|wrote|composed|designed|painted|directed|opened|killed|assassinated",
    again=(
        r"again|anew|once more|re-?(?:open|buil|start|launch|establish|construct|elect|appoint|found|stor|novat)\w*"
        r"|repair\w*|for the (?:second|third|fourth|fifth|last|\d+th) time"
    ),
    range_words="to|until|till|through|and",
    open_times=r"before|after|since|by|until|till|around|about|circa",
    bounds=(
        "about|around|nearly|almost|over|under|least|most|more|less|fewer|up to|roughly|approximately|some|between"
    ),
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
    scales={"hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "crore": 1e7, "billion": 1e9}
    | {"bn": 1e9, "trillion": 1e12, "tn": 1e12},
    asks_corpus=ASKS_CORPUS,
    talk_or_names="nice|ty",
    talk=TALK,
)
