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

# Questions on what is held. "Items", "reports" and "stories" are left out: they are what articles are about, too.
_ARTICLES = "(?:(?:news )?articles|documents|docs|texts|files|news (?:stories|items))"
_ARTICLE = "(?:(?:news )?article|document|text|file|news (?:story|item))"
_WHICH = r"(?:(?:which|what)(?: (?:is|are))?|list|show(?: me)?|give me|find(?: me)?|name)(?: all| of| the| your| any)*"
_COUNT = "(?:two|three|four|five|six|seven|eight|nine|ten|\\d{1,2})"
_THESE = "(?:the|your|these|all(?: the)?)"
_LANGUAGE_FRAME = (
    f"do you (?:have|know|speak|understand|support|read|hold)|does the (?:corpus|index) (?:have|hold|contain|include)"
    f"|are (?:there|held|available|supported|{_THESE} {_ARTICLES}(?: written)?(?: in)?|in the (?:corpus|index))"
    "|can (?:i|you) (?:ask(?: questions)?|use|read|answer|understand)(?: in)?"
)


def _ranked(*adjectives: str) -> tuple[str, ...]:
    """Questions for the articles that an adjective tells: "What is the newest article?"."""
    ranked = f"(?:{'|'.join(adjectives)})"
    return (
        rf"(?:{_WHICH} )?(?:{_COUNT} )?{ranked} (?:{_COUNT} )?(?:(?P<one>{_ARTICLE})|{_ARTICLES})(?P<rest>(?:\s.*)?)",
        rf"(?:which|what) (?:(?P<one>{_ARTICLE})|{_ARTICLES}) (?:is|are) (?:the )?{ranked}(?P<rest>(?:\s.*)?)",
        rf"(?:when was|how (?:old|recent) is) the {ranked} (?P<one>{_ARTICLE})"
        "(?: (?:published|written|added|dated|from))?",
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
    asks_corpus={
        "newest": (
            "what is (?:new|the latest|the latest news|the news)|(?:the )?latest news|any news",
            *_ranked("latest", "newest", "most recent"),
        ),
        "oldest": _ranked("oldest", "earliest"),
        "sources": (
            r"(?:which|what|how many|list(?: all)?(?: the| your)*|show(?: me)?(?: all)?(?: the| your)*"
            r"|what are (?:the|your))(?: news)? (?:sources|outlets|newspapers|publishers)"
            rf"(?: (?:are (?:there|used|held|available|{_THESE} {_ARTICLES} from)|do you (?:have|use|hold|know)"
            rf"|have you(?: got)?|does the (?:corpus|index) (?:have|hold|use|contain|include)"
            rf"|do {_THESE} {_ARTICLES} come from|of {_THESE} {_ARTICLES}))?(?: (?:here|in the (?:corpus|index)))?",
            rf"where (?:do {_THESE} {_ARTICLES} come|are {_THESE} {_ARTICLES}|does your information come) from",
        ),
        "languages": (
            rf"(?:which|what|how many) languages (?:{_LANGUAGE_FRAME})",
            "(?:in )?(?:which|what) languages? (?:can i ask(?: questions)?"
            rf"|are {_THESE} {_ARTICLES}(?: written)?)(?: in)?",
        ),
        "days": (
            "(?:which|what) (?:days|dates|months|years|period|time span|time period|dates? range) (?:are covered"
            rf"|(?:do|does) (?:you|{_THESE} {_ARTICLES}|the corpus|the index) (?:cover|span)"
            rf"|(?:are|is) {_THESE} {_ARTICLES} from)",
            rf"(?:from|since) when are {_THESE} {_ARTICLES}",
            rf"how (?:old|recent|new|current|up to date) (?:are {_THESE} {_ARTICLES}"
            "|is (?:the|your|this) (?:corpus|index|data))",
            rf"when (?:was (?:the|your|this) (?:corpus|index|database)|were {_THESE} {_ARTICLES})"
            " (?:last )?(?:updated|indexed|built|made)",
        ),
        "count": (
            "(?:how many|what is the(?: total)? number of|(?:total )?number of|count(?: all)?(?: the)?)"
            rf" {_ARTICLES}(?P<rest>(?:\s.*)?)",
        ),
        "which": (
            rf"{_WHICH} (?:(?P<one>{_ARTICLE})|{_ARTICLES})(?P<rest>(?:\s.*)?)",
            r"(?:(?:is|are) there|(?P<index>do you have|have you(?: got)?))(?: an?| any| some| all)? "
            rf"(?:{_ARTICLE}|{_ARTICLES})(?P<rest>\s.+)",
            "is (?P<mentioned>.+) mentioned(?: anywhere| in (?:the|any|your) (?:articles?|documents?))?",
        ),
        "topic": (
            "(?:(?:do you have|have you(?: got)?|is there|are there|do you know|got)"
            " (?:(?:anything|something)(?: at all)?|(?:any |some )?(?:information|info|material|coverage))"
            "|what (?:do you have|have you got|is there))"
            r"(?P<rest>\s(?:on|about|regarding|concerning|mentioning|that mentions) .+)",
        ),
    },
    talk_or_names="nice|ty",
    talk={
        "greeting": (
            "hello|hello there|hi|hi there|hey|hey there|hiya|howdy|greetings|good morning|good afternoon"
            "|good evening|good day|how are you"
            "|how are you doing|how are you today|how do you do|how is it going|hows it going|how are things|whats up"
            "|what is up|sup|yo|nice to meet you|pleased to meet you|are you there|anybody there|anyone there"
            "|is anyone there|is anybody there"
        ),
        "thanks": (
            "thanks|thank you|thankyou|thx|thnx|tnx|ty|cheers|many thanks|much appreciated|i appreciate it"
            "|appreciate it|no thanks|no thank you"
        ),
        "goodbye": (
            "bye|goodbye|good bye|bye bye|see you|see ya|good night|take care|farewell|so long|have a nice day"
            "|have a good day|have a great day|until next time|talk to you later|ttyl"
        ),
        "noted": (
            "ok|okay|great|cool|nice|perfect|awesome|excellent|wonderful|amazing|fine|good|very good|well done"
            "|good job|great job|nice work|good work|got it|i see|understood|i understand|alright|all right|sure"
            "|right|correct|exactly|yes|no|yeah|yep|nope|interesting|very interesting|that helps|that was helpful"
            "|very helpful|helpful|this is great|that is great|thats great|thats all|that is all|that will be all"
            "|thats it|nothing|nothing else|never mind|nevermind|lol|haha|wow|sorry|i am sorry|im sorry"
        ),
        "help": (
            "help|help me|i need help|can you help|can you help me|could you help me|what can you do"
            "|what can you do for me|what do you do|what can i do here|what can i ask|what can i ask you"
            "|what can i ask here|what can i ask about|what can i ask you about|what should i ask|what could i ask"
            "|what may i ask|what to ask|what questions can i ask|what questions can i ask you"
            "|what questions can you answer|which questions can you answer|what kind of questions can i ask"
            "|what kinds of questions can i ask|what kind of questions can you answer|what can you answer"
            "|what can you tell me|what do you know|what can you help me with|what can you help with|how can you help"
            "|how can you help me|how do you work|how do i use this|how do i use you|how do i use this site"
            "|how can i use this|how to use this|how do i start|how do i ask a question|give me examples"
            "|give me an example question|give me some example questions|show me example questions|suggest a question"
            "|suggest some questions|example questions|sample questions|what is this site|what is this page"
            "|what is this website|what is this app|what is this program|what is this tool|what are you for"
            "|what topics do you cover|what topics do you know|what topics can i ask about"
            "|what topics can i ask you about|what subjects do you cover|what are your capabilities"
            "|what are your limits|what are your limitations|what cant you do|what can you not do"
        ),
        "help_first": (
            "what is this|whats this|what is this for|what is this about|how does this work|how does it work"
            "|give me an example|give me some examples|show me examples|show me an example|what can you tell me about"
        ),
        "identity": (
            "who are you|what are you|what is your name|whats your name|what are you called|who made you"
            "|who created you|who built you|who developed you|are you a bot|are you a robot|are you human"
            "|are you a human|are you a person|are you real|are you an ai|are you ai|are you a language model"
            "|are you an llm|are you chatgpt|are you a machine|are you a computer|tell me about yourself"
            "|introduce yourself|who am i talking to|whom am i talking to|what exactly are you|who exactly are you"
        ),
        "courtesy": (
            "please|there|everyone|everybody|all|friend|my friend|dear|sir|madam|bot|assistant|computer|again"
            "|very much|so much|a lot|a bunch|a million|for your help|for the help|for helping|for helping me"
            "|for that|for this|for everything|for the answer|for your answer|for the information|for the info|later"
            "|soon|tomorrow|and|then|now|to you|today"
        ),
    },
)
