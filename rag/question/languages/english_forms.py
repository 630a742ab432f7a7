"""English: the questions that ask for each form of answer, and their words."""

from rag.question.languages.english_grammar import COMPARATIVES
from rag.question.languages.words import YEARS

SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might"

# A question that a yes or a no answers; not "Can you tell me when…?", and not "Is it A or B?".
_ASKS = "who|whom|when|where|why|how"
_YES_NO = (
    rf"^(?:(?:and|but|so|then),? )?(?:{AUXILIARY})(?:n['’]t)? (?!(?:you|i|we)\b)(?!.*\b(?:or|{_ASKS})\b)"
    rf"|^(?!.*\b(?:{_ASKS}|which|what)\b).*, (?:(?:is|are|was|were|do|does|did|has|have|had)(?:n['’]t)? "
    r"(?:it|he|she|they|there)|right|correct)\?$"
    # A sentence with a verb and a question mark: "Urdu is taught in Baku?".
    rf"|^(?!(?:{AUXILIARY})\b)(?!.*\b(?:or|{_ASKS}|whose|which|what)\b)[\w'’-]+(?: [\w'’-]+){{0,5}} (?:{AUXILIARY})"
    r" [^?]+\?$"
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
    rf"|what(?:['’]s| is| was| are| were) {_NO_NAME}(?!.*{_LINKS})(?!.* (?:of|as)\W*$)"
    rf"(?=(?:the )?(?-i:[A-Z0-9“\"])|an? [\w-]+(?: [\w-]+){{0,3}}\W*$|(?:the )?(?!(?:{_NEITHER})\b){_SHORT})"
    r")(?P<target>[^?]{2,80}?)(?: (?:stand for|mean))?\W*$"
)
# Two sides: "compare A and B", "which is longer, A or B?", "was A opened before B?".
_COMPARED = "|".join(sorted(COMPARATIVES, key=len, reverse=True))
_COMPARISON = (
    r"^(?:please )?(?:(?:can|could) you )?(?:compare\b|(?:give me )?(?:a |the )?comparison (?:of|between) )"
    r"|^(?=.*\bdifferences? between )(?=.* and )|^how (?:do|does|did|is|are) (?=.* (?:compare|differ))"
    r"|\w (?:vs\.?|versus) \w"
    rf"|^(?:which|what|who)\b(?=.* or )(?=.*\b(?:{_COMPARED})\b)"
    rf"|^(?:{AUXILIARY}) (?=.* than (?!\d|(?:{SMALL})\b))(?=.*\b(?:{_COMPARED})\b)"
    r"|^(?:was|were) (?!.*\d).+ \w+(?:ed|en|t|nd|ld|rn) (?:before|after) (?:the |(?-i:[A-Z]))"
)

# A plural in small letters, which a name such as "United States" is not. Endings in -ss, -us and -is are singular.
_SINGULAR = r"(?:gas|news|series|does|has|was|is)\b"
_PLURAL = rf"(?:(?-i:(?!{_SINGULAR})[a-z][a-z-]*[^\Wusi]s)|people|men|women|children)\b"
_ADJECTIVE = (
    r"(?:(?-i:[A-Z])[\w.-]*|[a-z-]+(?:ous|ful|able|ible|ese|ish|ern|ional|ical|omic)|main|major|other|new|old|first|last"
    r"|prime|big|joint|key|top|foreign|public|early|late|recent|different|official|military|local|famous)"
)
_PLURAL_VERB = "(?:are|were|do|did|have|had|can|could|will|would|should|must)"
_PLEASE = (
    r"(?:please,? )?(?:(?:can|could|would|will) you )?(?:please )?(?:(?:give|show|tell|write|make|get) (?:me |us )?)?"
)
_PREPOSITION = "(?:(?:and|in|at|on|to|from|for|with|by|of|during) )?"
_COUNT = r"(?:two|three|four|five|six|\d+)"
# What so many things are, and of which kind a thing is, stands in one sentence: neither asks for a list.
_NO_LIST = rf"(?!of\b|one\b|{_COUNT} |(?:is|are|was|were|do|does|did) |[a-z]*[^\Ws] of\b)"
# The end of a question for one thing about several: "What are the hairs on their legs called?"
_ONE_THING = r"(?!.*\b(?:called|named|known as|wearing|doing|as|for|like|made of|about)\W*$)"
_NAME_ALONE = r"(?:the )?(?-i:[A-Z])[\w'’-]*(?: (?-i:[A-Z])[\w'’-]*)*\W*$"  # "Who are the Zapatistas?" asks of one
_LISTS = (
    # "Which Pakistani leaders visited…". With "what", and after words that are no adjectives, the verb shows a plural.
    rf"^{_PLEASE}{_PREPOSITION}which {_NO_LIST}{_ONE_THING}(?:{_ADJECTIVE} ){{0,3}}{_PLURAL}"
    rf"|^{_PLEASE}{_PREPOSITION}(?:which|what) {_NO_LIST}{_ONE_THING}(?:[\w.-]+ ){{0,3}}{_PLURAL} {_PLURAL_VERB}\b"
    rf"|^what (?:are|were) {_ONE_THING}(?:all )?(?:(?:of )?the|some|its|his|her|their|[\w.-]+['’]s?) (?!{_COUNT} )"
    rf"(?:[\w’'.-]+ ){{0,3}}{_PLURAL}"
    rf"|^who (?:are|were|all) (?!you\b|they\b|we\b|the {_COUNT} |{_NAME_ALONE}){_ONE_THING}"
    rf"|^{_PLEASE}(?:list|enumerate) |^{_PLEASE}(?:a |the )?(?:full |complete |short )?list of "
    rf"|^{_PLEASE}name (?:all|some|the|any|every|{_COUNT}) (?:[\w’'.-]+ ){{0,4}}{_PLURAL}"
)
LIST_OF = (
    rf"{_PLEASE}{_PREPOSITION}(?:which|what) (?P<items>(?:[\w.-]+ ){{0,3}}?{_PLURAL}) (?P<verb>{_PLURAL_VERB})"
    rf" (?P<rest>.+)$|{_PLEASE}(?:list|enumerate|name|(?:a |the )?(?:full |complete |short )?list of) (?:all )?"
    "(?P<listed>.+)$"
)

_TIMELINE = "(?:time ?line|chronology)"
_KEY_DATES = "(?:key|important|main) dates"
_BY_DATE = "(?:by (?:date|year)|in (?:the )?order of (?:date|time))"
_GROWTH = "(?:develop|evolve|change|grow|progress|unfold)"
_OVER_TIME = "over (?:time|the years)"
_HAPPENED = "(?:happened|took place|taken place|occurred)"
_TIMELINES = (
    rf"^{_PLEASE}(?:an? |the )?(?:[\w-]+ ){{0,2}}{_TIMELINE}\b(?! (?:is|was|needed))|\b{_TIMELINE} of\b"
    rf"|\bchronological\b|^(?:the )?{_KEY_DATES}\b|^(?:what|which|list|give|show)\b(?=.*\b{_KEY_DATES}\b)"
    rf"|^when\b(?=.*\beach time\b)|^(?=.*\b{_BY_DATE}\W*$)"
    rf"|^how (?:did|has|have|had)\b(?=.*\b{_GROWTH}(?:e?d|n)?\b)(?=.*\b{_OVER_TIME}\b)"
    rf"|^what (?:all )?(?:has |have |had )?{_HAPPENED} (?:in|during|since|between|from) (?:\w+ ){{0,3}}{YEARS}\W*$"
    rf"|^what {_HAPPENED} (?:between|from) {YEARS} (?:and|to) {YEARS}\b"
)

_ARTICLE = "(?:article|articles|story|piece|report|column|text|document|page)"
_SUMMARIES = (
    rf"^{_PLEASE}(?:summari[sz]e|sum up|recap)\b|\b(?:summary|gist|overview) of\b"
    rf"|^{_PLEASE}(?:a |the )?(?:short )?summary\b|\b(?:key|main) points\b|^tl;?dr\b"
    rf"|^what(?:['’]?s| is| was| does| do)\b(?=.*\b{_ARTICLE}\b)(?=.*\b(?:about|say)\W*$)"
)

# In the order in which they are tried: "What are the differences between …?" asks for a comparison, no list, and "What
# are the main ports?" for a list, no definition.
ASKS_FORMS = {
    "comparison": _COMPARISON,
    "summary": _SUMMARIES,
    "timeline": _TIMELINES,
    "list": _LISTS,
    "definition": _DEFINITION,
    "yes_no": _YES_NO,
}
FORM_WORDS = (
    rf"{_TIMELINE}|{_KEY_DATES}|{_BY_DATE}|how did|{_GROWTH}(?:e?d|n)?|{_OVER_TIME}|{_HAPPENED}|each time"
    rf"|history|summari[sz]e|sum up|recap|summary|gist|overview|(?:key|main) points|tl;?dr|{_ARTICLE}|list|enumerate"
    "|between|chronological|name|mentioned|described|please|short|full|complete|say|says|called|titled|entitled|show|write|make|tell"
)
INSTRUCTIONS = (
    "summari[sz]e|summary|overview|recap|list|enumerate|name|show|write|make|find|count|compare|comparison|contrast"
    f"|differences?|explain|describe|define|definition|meaning|outline|discuss|{_TIMELINE}|tl;?dr"
)
EVENTS = (
    "summits|sessions|conferences|forums|agreements|deals|treaties|accords|pacts|contracts|memorandums|memoranda"
    "|declarations|documents|statements|attacks|battles|wars|clashes|strikes|operations|elections|votes|earthquakes"
    "|floods|storms|fires|disasters|accidents|exercises|drills|manoeuvres|maneuvers|ceremonies|protests|matches|games"
    "|launches|flights|openings|exhibitions|festivals|deliveries|donations|grants|laws|resolutions|reforms|embassies"
)
ENCOUNTERS = "visits|trips|tours|journeys|meetings|talks|events|incidents|occasions|activities|times|dates|days|years"
CONTINUES = (
    r"the (?:others?|rest|remaining)|others?|another|a further"
    r"|(?:they|these) (?:are|were|include|included)"
)
