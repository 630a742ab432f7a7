"""English: what people say to a program, and questions on what it holds."""

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


ASKS_CORPUS = {
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
}
TALK = {
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
}
