"""What is known of English sentences beyond single words: verbs, titles, and words that limit what is said."""

from dataclasses import dataclass

# The verbs whose past is no "ed": the base, the past, and the participle where it is another form.
_IRREGULAR = """
beat beat beaten|become became become|begin began begun|bend bent|bind bound|bite bit bitten|bleed bled|blow blew blown
|break broke broken|breed bred|bring brought|broadcast broadcast|build built|burn burnt|buy bought|catch caught
|choose chose chosen|come came come|cost cost|cut cut|deal dealt|dig dug|draw drew drawn|drink drank drunk
|drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled
|fly flew flown|forbid forbade forbidden|forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got
|give gave given|go went gone|grow grew grown|hang hung|have had|hear heard|hide hid hidden|hit hit|hold held|hurt hurt
|keep kept|know knew known|lay laid|lead led|learn learnt|leave left|lend lent|let let|lie lay lain|lose lost|make made
|mean meant|meet met|overtake overtook overtaken|overthrow overthrew overthrown|pay paid|put put|quit quit|read read
|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said|see saw seen|seek sought|sell sold|send sent
|set set|shake shook shaken|shoot shot|show showed shown|shut shut|sing sang sung|sink sank sunk|sit sat|sleep slept
|speak spoke spoken|spend spent|split split|spread spread|stand stood|steal stole stolen|strike struck|swear swore sworn
|swim swam swum|take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown
|understand understood|undergo underwent undergone|wear wore worn|win won|withdraw withdrew withdrawn
|withhold withheld|write wrote written
"""
IRREGULAR_VERBS = {
    base: (past, participle[0] if participle else past)
    for base, past, *participle in (verb.split() for verb in _IRREGULAR.split("|"))
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words("the a an")
POSSESSIVES = _words("its his her their our my your")
PREPOSITIONS = _words(
    "in on at to from with by for during between since until before after against under over into near about as "
    "of through across among within without inside outside towards toward upon via beside behind above below "
    "despite"
)
# One may stand for another where both tell a place, or both a time.
SAME_PREPOSITIONS = (_words("in at on"), _words("in on during"), _words("to into towards toward"))
TIME_LIMITS = _words("since until before after by")
# They may directly follow a noun without being a part of it: "won the cup twice", and not "won the cup draw".
AFTER_NOUNS = _words(
    "one two three four five six seven eight nine ten eleven twelve once twice several many yesterday tomorrow tonight "
    "last this next every each whose here there so together alone abroad worth is are was were do does did has "
    "have had can could will would should may might"
)
# Between a subject and its verb they change nothing of what is said.
ADVERBS = _words(
    "also later then already again soon once first formally officially finally eventually subsequently initially "
    "originally recently publicly formerly repeatedly jointly personally itself himself herself themselves both "
    "all quickly immediately now today currently still therefore thus however too ever really actually indeed"
)
# Of those, the ones that a question's words may have and its answer lack.
IDLE_ADVERBS = _words("ever really actually indeed already also too then itself himself herself themselves both")
NEGATIONS = _words("not never")
# Any of them behind a verb may deny it or limit what is said: "sold the jets to nobody".
DENIALS = NEGATIONS | _words("no nobody nothing none nowhere neither nor without hardly barely scarcely rarely seldom")
# Words of refusing, before "to" and a verb.
REFUSALS = _words("refused declined failed refuses declines")
# A sentence with one of them does not say that something is so.
HEDGES = _words(
    "if unless whether would could may might should can must reportedly allegedly supposedly apparently "
    "purportedly claimed claims claim claiming alleged rumoured rumored rumours rumors rumour planned plans hoped "
    "proposed expected intended nearly almost hardly barely scarcely perhaps possibly probably likely unlikely "
    "falsely denied denies deny dismissed rejected refuted disputed doubted doubts speculated believed thought "
    "supposed considered myth fictional novel film except unlike instead neither nor rather nobody nothing none "
    "nowhere rarely seldom infrequently ostensibly nominally virtually practically partly partially"
)
# Before a clause, or after it and a comma, they say that somebody else says it.
REPORTS = _words(
    "said says say told tells wrote writes write stated states reported reports announced argued argues believes "
    "thinks suggested suggests insisted insists promised promises asserted maintains maintained warned mentioned "
    "quoted asked asks"
)
OFFICIAL = _words("official records documents data statistics census archives")
# They may begin what stands before a comma and a clause.
FRONTED = _words(
    "in on at after when during by from before since until for with while although though despite as later then "
    "today meanwhile however moreover also once under between throughout following following within over "
    "beyond initially originally eventually finally subsequently yesterday recently"
)
# They may stand directly before a clause that is said to be so.
CONJUNCTIONS = _words("but yet while although though because since when after where whereas")
# Of a name that bears its place's name: Baku State University is in Baku.
INSTITUTIONS = _words(
    "university institute college school academy airport museum stadium hospital library zoo port station "
    "conservatory observatory municipality"
)
INSTITUTION_KINDS = _words("state city national international technical medical central public polytechnic military")
NUMBER_SCALES = _words("hundred thousand lakh million crore billion trillion percent % per")
MONTHS = _words(
    "january february march april may june july august september october november december jan feb mar apr jun "
    "jul aug sep sept oct nov dec"
)
# A sentence after another that says that it is so no more.
ENDED = r"\b(?:no longer|(?:has|have|had) since|(?:was|were) (?:later )?(?:reversed|cancelled|annulled|revoked))\b"

# What people are called by: the last word of a title, or of a description.
ROLES = _words(
    "president minister ambassador envoy secretary chancellor king queen prince princess emperor empress sultan "
    "shah emir khan general admiral marshal colonel major captain lieutenant brigadier commodore sergeant "
    "commander chief chairman chairwoman chairperson chair speaker senator governor mayor premier judge justice "
    "member deputy director head leader founder author writer poet novelist journalist reporter columnist editor "
    "analyst scholar historian scientist physicist chemist mathematician biologist engineer architect doctor "
    "professor rector dean teacher artist painter sculptor composer singer musician actor actress player "
    "footballer coach manager captain driver spokesman spokeswoman spokesperson adviser advisor representative "
    "commissioner inspector officer attaché attache consul diplomat economist philosopher theologian bishop "
    "archbishop pope cardinal saint imam caliph businessman businesswoman entrepreneur lawyer lady knight duke "
    "earl count baron explorer astronaut cosmonaut pilot politician activist executive ceo treasurer delegate "
    "regulator vizier khedive pasha viceroy regent"
)
# They may stand before a role, within a title.
TITLE_WORDS = _words(
    "deputy prime vice first second foreign acting former then current late assistant interim lieutenant major "
    "air rear fleet field defence defense finance economy economic economics interior home culture education "
    "information energy petroleum commerce trade health power justice environment transport agriculture planning "
    "railways law labour labor security national state high permanent senior chief army navy naval military press "
    "cabinet opposition crown supreme brigadier attorney wing group squadron grand associate honorary digital "
    "development oil public sir lord dr mr mrs ms miss mayor"
)
# Of those, the words that make another role of the one after them: a vice president is no president.
OTHER_ROLE = _words("deputy vice former then late assistant acting interim associate honorary")

# What things are called by, as people are by ROLES: the ship Büyükada.
THINGS = _words(
    "agency airline airport aircraft alliance army ballet band bank base battle bridge canal capital carrier "
    "castle channel church city clan club committee company convention corporation corvette country county dam "
    "declaration desert district drill dynasty empire exercise factory fair federation festival fighter film firm "
    "fleet forum foundation frigate group hospital island jet journal kingdom lake language league library "
    "magazine missile monastery mosque mountain movement museum network newspaper novel opera operation "
    "organisation organization outlet palace party peninsula pipeline plant poem port portal programme project "
    "province radar region religion river rocket satellite school ship site station street submarine suburb "
    "summit system tanker team temple theatre tower town tribe union university valley vessel village war website "
    "zone "
)


@dataclass(frozen=True, slots=True)
class Comparative:
    """What a word compares: times or numbers, which end it asks for, and the word that asks for one side's value.

    `larger`: it asks for the larger number or the later time.
    """

    larger: bool
    base: str
    is_time: bool = False


def _comparatives(text: str, *, larger: bool) -> dict[str, Comparative]:
    """Of "longer long" and the like, parted by |."""
    pairs = (pair.split() for pair in text.split("|"))
    return {word: Comparative(larger, base) for word, base in pairs}


COMPARATIVES = {
    **dict.fromkeys(("first", "earlier", "earliest", "before"), Comparative(larger=False, base="", is_time=True)),
    **dict.fromkeys(("last", "later", "latest", "after"), Comparative(larger=True, base="", is_time=True)),
    **dict.fromkeys(("older", "oldest"), Comparative(larger=False, base="built or born", is_time=True)),
    **dict.fromkeys(("newer", "newest", "younger"), Comparative(larger=True, base="built or born", is_time=True)),
    **_comparatives(
        "more many|most many|larger large|largest large|bigger big|biggest big|greater great|higher high|highest high"
        "|longer long|longest long|taller tall|tallest tall|deeper deep|wider wide|heavier heavy|faster fast",
        larger=True,
    ),
    **_comparatives(
        "fewer many|fewest many|less much|least much|smaller large|smallest large|lower high|lowest high"
        "|shorter long|shortest long|lighter heavy|slower fast|narrower wide|cheaper expensive|cheapest expensive",
        larger=False,
    ),
}
