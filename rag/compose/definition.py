"""The answer to "What is it?" and "Who is that?": the sentence that says so first, and its words as the headline."""

from collections.abc import Sequence
from dataclasses import replace

from rag.answer import ShortAnswer
from rag.compose.extract import Composition, best_sentences
from rag.compose.found import Found, ScoredQuestion
from rag.compose.sentences import FoundSentence, quote, sentences_of
from rag.evidence.definitions import Definition, Kind, definition_of
from rag.evidence.scoring import CITED, Evidence
from rag.question.languages import DEFAULT
from rag.question.languages.english_grammar import DETERMINERS, PREPOSITIONS
from rag.question.target import target_of
from rag.question.tokens import Token, places_of, span_of, tokens_of

# The confidence of a sentence that defines what was asked for by its name, at least, and that of its headline: of 68
# headlines for names which this corpus, tests/data/newsroom, SQuAD 2.0 and XQuAD hold twice, 61 say what it is, as one
# reader judged.
DEFINED = 0.9


def define(found: Found) -> Composition:
    """The sentences that define what a question asks for; without any, those that answer it as any question."""
    (question,) = found.questions
    target = target_of(found.text)
    if not target:
        return found.extract()
    defining = _defining(question, target, found)
    if not defining:
        return _described(found, question, target)
    first, definition = defining[0]
    certain = definition.kind is not Kind.SUBJECT
    confidence = max(question.confidence, DEFINED) if certain else question.confidence
    if confidence < found.threshold:
        return Composition("", [], confidence=confidence)
    sentences = [sentence.evidence for sentence, _ in defining[:CITED]]
    if not certain:
        sentences = _with_introduction(first, sentences)
    sentences += [item for item in _best(question) if places_of(target, tokens_of(item.text))]
    short = None if _differ(defining) else _headline(first, definition)
    if short is not None and short.confidence < found.least_headline:
        short = None
    return quote(sentences[:CITED], confidence, found.article_of, short)


def _differ(defining: Sequence[tuple[FoundSentence, Definition]]) -> bool:
    """Whether sentences define different names, or most others of the surest kind say other things than the first.

    Two descriptions without a word in common are different; the names of what they describe and small words aside.
    """
    if len({definition.name.casefold() for _, definition in defining}) > 1:
        return True
    kind = defining[0][1].kind
    described = [
        words
        for sentence, definition in defining
        if definition.kind is kind and (words := _words_of_headline(sentence, definition))
    ]
    others = described[1:]
    return 2 * sum(words.isdisjoint(described[0]) for words in others) > len(others)


def _words_of_headline(sentence: FoundSentence, definition: Definition) -> set[str]:
    tokens = sentence.tokens[slice(*definition.headline)] if definition.headline else []
    left_out = {token.folded for token in tokens_of(definition.name)} | DETERMINERS | PREPOSITIONS
    return {token.folded for token in tokens if token.is_word and token.folded not in left_out}


def _defining(
    question: ScoredQuestion, target: Sequence[Token], found: Found
) -> list[tuple[FoundSentence, Definition]]:
    """The sentences that define, the surest first and of those the first found."""
    defining = [
        (sentence, definition)
        for sentence in sentences_of(question.hits, found.article_of)
        if sentence.evidence.language == DEFAULT.code and (definition := definition_of(sentence.tokens, target))
    ]
    return sorted(defining, key=lambda pair: (pair[1].kind, pair[1].headline is None))


def _described(found: Found, question: ScoredQuestion, target: Sequence[Token]) -> Composition:
    """As any question. A name without a definition has no headline, and no answer where no sentence holds it."""
    if not any(token.is_capital for token in target):
        return found.extract()
    if not any(places_of(target, tokens_of(item.text)) for item in _best(question)):
        return Composition("", [], confidence=min(question.confidence, found.threshold / 2))
    return replace(found.extract(), short_answer=None, differing=())


def _best(question: ScoredQuestion) -> list[Evidence]:
    return best_sentences(question.evidence) if question.evidence else []


def _headline(sentence: FoundSentence, definition: Definition) -> ShortAnswer | None:
    if definition.headline is None:
        return None
    evidence = sentence.evidence
    start, end = span_of(sentence.tokens[slice(*definition.headline)])
    offset = evidence.span[0]
    return ShortAnswer(evidence.text[start:end], evidence.passage.article_id, offset + start, offset + end, DEFINED)


def _with_introduction(first: FoundSentence, sentences: list[Evidence]) -> list[Evidence]:
    """The sentences, after one that ends in "is an inn." where the next is the first to name what that inn is."""
    passage, span = first.evidence.passage, first.evidence.span
    earlier = [other for other in passage.sentences if other[1] <= span[0]]
    if not earlier:
        return sentences
    start, end = earlier[-1]
    text = passage.text[start - passage.start : end - passage.start]
    words = [token.folded for token in tokens_of(text)][-4:]
    introduces = len(earlier) == 1 and len(words) == 4 and words[0] in ("is", "was") and words[1] in ("a", "an")
    return [replace(first.evidence, span=(start, end), text=text), *sentences] if introduces else sentences
