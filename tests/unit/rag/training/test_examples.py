"""What the reader learns from, and what is kept from it."""

import gzip
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.split import split_article
from index.types import Article
from rag.evaluation.collection import read_collection
from rag.training.examples import HELD_OUT, Row, edited, examples_of, mined, read_rows
from rag.training.held_out import DATASETS, SWITCHED_DATASETS, write_collections
from rag.training.question_edits import (
    OPPOSITES,
    add_year,
    exchange_alternative,
    exchange_name,
    exchange_number,
    exchange_opposite,
    negate,
)

TEXT = "Leyla opened the harbour of Lenkoran in 2021. It cost 40 million dollars."
LONG = " ".join(f"Hill {n} has green tea, which is sold in Baku for {n} coins a cup." for n in range(60))


def row_of(question="Who opened the harbour?", words=("Leyla",), context=TEXT, group="squad2:Harbours", name=None):
    spans = tuple((context.index(word), context.index(word) + len(word)) for word in words)
    return Row(name or group.partition(":")[0], group, question, context, spans)


def write_lines(path, records, opened=open):
    with opened(path, "wt", encoding="utf-8") as file:
        file.write("".join(json.dumps(record) + "\n" for record in records))


def stored_row(group, number=0, **other):
    return {"group": group, "question": f"Who opened harbour {number}?", "context": TEXT, "spans": [[0, 5]]} | other


def test_rows_are_read_from_every_file_in_the_order_of_names(tmp_path):
    """Plain and packed files alike; what is no data is passed over."""
    write_lines(tmp_path / "b.jsonl", [stored_row("squad2:B", 1), stored_row("squad2:B", 2, spans=[])])
    write_lines(tmp_path / "a.jsonl.gz", [stored_row("qed:A", 0, set="qed-neg")], gzip.open)
    (tmp_path / "README.md").write_text("not data")
    rows = read_rows(tmp_path, random.Random(0))
    assert rows == [
        Row("qed-neg", "qed:A", "Who opened harbour 0?", TEXT, ((0, 5),)),
        Row("squad2", "squad2:B", "Who opened harbour 1?", TEXT, ((0, 5),)),
        Row("squad2", "squad2:B", "Who opened harbour 2?", TEXT, ()),
    ]


SENTENCE = "Tea is sold."
NEIGHBOURS = [["Rain fell.", "Ships came."], [], ["Tea is sold.", "Rain fell."], [f"Hill {n}." for n in range(9)]]


@pytest.mark.parametrize("neighbours", NEIGHBOURS)
def test_a_sentence_is_put_among_its_neighbours(tmp_path, neighbours):
    """Its span is that sentence, wherever it falls, and it does not always fall in one place."""
    stored = {"group": "selqa:tea", "question": "What?", "sentence": SENTENCE, "neighbours": neighbours}
    write_lines(tmp_path / "a.jsonl", [stored] * 40)
    rows = read_rows(tmp_path, random.Random(0))
    for row in rows:
        ((start, end),) = row.spans
        assert row.context[start:end] == SENTENCE
        assert all(neighbour in row.context for neighbour in neighbours[:5])
        assert row.context.count(".") == 1 + len(neighbours[:5])
    assert len({row.spans for row in rows}) > 1 or neighbours in ([], [SENTENCE, "Rain fell."])


def test_a_damaged_line_is_not_passed_over(tmp_path):
    """Data that can't be read stops the reading."""
    (tmp_path / "a.jsonl").write_text('{"group": "qed:A"\n')
    with pytest.raises(ValueError, match="Expecting"):
        read_rows(tmp_path, random.Random(0))


@pytest.mark.parametrize(
    ("name", "group", "title"),
    [
        ("squad2", "squad2:New_York_City", "New York City"),
        ("squad2-neg", "squad2:New_York_City", "New York City"),
        ("fairytaleqa", "fairytaleqa:the-goose", "the-goose"),
        ("qed", "qed:New_York_City", ""),
        ("squadshifts-amazon", "squadshifts-amazon:B0012", ""),
    ],
)
def test_a_text_s_title_is_its_group_s_where_that_tells(name, group, title):
    """Articles have titles; products and queries have none."""
    assert Row(name, group, "Who?", TEXT, ()).title == title


def test_about_one_group_in_eight_is_held_out():
    """The share is that of the hash, and rows of one group always stand on one side, whatever they ask."""
    held = [Row("squad2", f"squad2:{n}", "Who?", TEXT, ()).held_out for n in range(2000)]
    assert sum(held) / len(held) == pytest.approx(1 / HELD_OUT, abs=0.02)
    for n in range(50):
        others = [Row(name, f"squad2:{n}", q, "", ()) for name in ("squad2", "squad2-neg") for q in ("A?", "B?")]
        assert {row.held_out for row in others} == {held[n]}


def test_sentence_sets_are_held_out_by_their_text():
    """A text that two sets of sentences ask about is held out of both, or of none."""
    for n in range(50):
        sides = {Row(name, f"{name}:{n}", "Who?", "", ()).held_out for name in ("qamr", "qanom", "qasrl-gs")}
        assert len(sides) == 1


def passages_of(text):
    return {passage.text for passage in split_article(Article("x", "", text, "x"))}


@pytest.mark.parametrize("seed", range(20))
def test_an_answering_passage_s_spans_are_the_row_s_words(seed):
    """Of a text of several passages the one that holds the answer has it as its span; another one has none."""
    row = row_of(words=("for 30 coins", "Hill 30"), context=LONG)
    answering, *silent = examples_of(row, random.Random(seed))
    assert len(passages_of(LONG)) > 2
    assert {answering.passage, *(other.passage for other in silent)} <= passages_of(LONG)
    assert [answering.passage[start:end] for start, end in answering.spans] == ["for 30 coins", "Hill 30"]
    assert (answering.origin, answering.question, answering.title) == ("squad2", row.question, "Harbours")
    for other in silent:
        assert (other.origin, other.spans) == ("squad2, elsewhere", ())
        assert not any(row.context[start:end] in other.passage for start, end in row.spans)


def test_another_passage_is_read_at_times_only():
    """About half of the texts that have one give a passage that does not answer."""
    row = row_of(words=("for 30 coins",), context=LONG)
    counts = [len(list(examples_of(row, random.Random(seed)))) for seed in range(200)]
    assert set(counts) == {1, 2}
    assert 0.35 < counts.count(2) / len(counts) < 0.65


def test_a_text_that_does_not_answer_gives_one_passage():
    """Without spans any passage of it is one that does not answer."""
    seen = set()
    for seed in range(30):
        (example,) = examples_of(row_of(words=(), context=LONG), random.Random(seed))
        assert (example.origin, example.spans) == ("squad2", ())
        seen.add(example.passage)
    assert seen == passages_of(LONG)


def test_an_answer_across_two_passages_is_left_out():
    """A passage that holds half of an answer neither answers nor is silent."""
    first = split_article(Article("x", "", LONG, "x"))[0]
    row = Row("squad2", "squad2:x", "Which?", LONG, ((first.end - 5, first.end + 5),))
    assert list(examples_of(row, random.Random(0))) == []


def test_spans_that_are_whole_sentences_are_marked_so():
    """Sets that only know the sentence teach that the answer is somewhere in it."""
    (answer,) = examples_of(row_of(group="selqa:tea"), random.Random(0))
    assert answer.whole
    (answer,) = examples_of(row_of(), random.Random(0))
    assert not answer.whole


PARTS = st.lists(
    st.sampled_from(["Tea is sold. ", "🙂 came. ", "\n\n", "e\u0301 ", "Ships of Baku ", "x" * 500]), min_size=1
)


@given(PARTS.map("".join).filter(str.strip), st.data(), st.integers(0, 9))
def test_spans_of_examples_are_the_text_s_words(context, data, seed):
    """Whatever the text and its answers, an example's spans say what the row's did."""
    start = data.draw(st.integers(0, len(context) - 1))
    end = data.draw(st.integers(start + 1, len(context)))
    row = Row("squad2", "squad2:x", "Who?", context, ((start, end),))
    for example in examples_of(row, random.Random(seed)):
        assert example.passage in context
        assert [example.passage[left:right] for left, right in example.spans] in ([], [context[start:end]])
        if not example.spans:
            assert "elsewhere" in example.origin


def test_opposites_are_mutual():
    """Each word has one opposite, whose opposite it is."""
    assert len(OPPOSITES) > 60
    for word, other in OPPOSITES.items():
        assert other != word
        assert OPPOSITES[other] == word


def test_an_opposite_changes_one_word():
    """The one word that has an opposite is the one that changes; without one nothing does."""
    assert exchange_opposite("Who was the first captain?", "", [], random.Random(0)) == "Who was the last captain?"
    assert exchange_opposite("Who was the firsthand witness?", "", [], random.Random(0)) is None


def test_another_name_stands_in_neither_passage_nor_question():
    """A name of the passage is exchanged for one of another text."""
    question, names = "Who met Leyla Mammadova in Lenkoran?", ["Kura", "Lenkoran", "Baku", "Leyla Mammadova"]
    passage = "In Lenkoran came Leyla Mammadova of Baku."
    changed = {exchange_name(question, passage, names, random.Random(seed)) for seed in range(20)}
    assert changed == {"Who met Kura in Lenkoran?", "Who met Leyla Mammadova in Kura?"}
    assert exchange_name(question, passage, names[1:], random.Random(0)) is None
    assert exchange_name("Who met Kura?", passage, ["Ganja"], random.Random(0)) is None


@pytest.mark.parametrize("seed", range(30))
def test_another_number_is_near_and_not_in_the_passage(seed):
    """It differs by 1 to 30, is no less than 1, and is none that the passage has."""
    changed = exchange_number("What happened in 1996?", "In 1997 and 1990.", [], random.Random(seed))
    if changed is not None:
        number = int(changed.removeprefix("What happened in ").rstrip("?"))
        assert 1 <= abs(number - 1996) <= 30
        assert number not in {1997, 1990}


def test_a_question_without_a_number_has_no_other():
    """Digits within a word or of more than four figures are no year."""
    for question in ("What happened?", "What did B2B cost?", "Who gave 19960 coins?"):
        assert exchange_number(question, "", [], random.Random(0)) is None


def test_another_number_is_another_one():
    """A question about 1 is never left as it was and called unanswerable."""
    for seed in range(60):
        assert (
            exchange_number("Who won round 1?", "Leyla won the round.", [], random.Random(seed)) != "Who won round 1?"
        )


def test_an_alternative_is_another_of_the_same_kind_that_the_passage_lacks():
    """An ordinal of the passage becomes another ordinal; without a word that the passage has nothing changes."""
    passage = "The first and the third summit were held by the king."
    changed = {exchange_alternative("When was the first summit?", passage, [], random.Random(n)) for n in range(90)}
    assert changed == {
        f"When was the {word} summit?" for word in ("second", "fourth", "fifth", "sixth", "tenth", "last")
    }
    changed = exchange_alternative("Whom did the king meet?", passage, [], random.Random(0))
    assert changed not in (None, "Whom did the king meet?")
    for question in ("Who met Leyla?", "Whom did the president meet?"):
        assert exchange_alternative(question, passage, [], random.Random(0)) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_question_of_the_past_is_limited_to_a_year_that_the_passage_lacks(seed):
    """The year is near one of the passage's; a question with a number, of now or of when is left alone."""
    passage, rng = "In 1996 and 1998 leyla came.", random.Random(seed)
    changed = add_year("Who did come?", passage, [], rng)
    if changed is not None:
        year = int(changed.removeprefix("Who did come in ").rstrip("?"))
        assert year not in (1996, 1998)
        assert 1984 <= year <= 2010
    for question in ("Who comes?", "When did she come?", "Who did come in 1996?"):
        assert add_year(question, passage, [], rng) is None
    assert add_year("Who did come?", "She came.", [], rng) is None


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("Where is it?", "Where isn't it?"),
        ("What can it do?", "What can't it do?"),
        ("When will it open?", "When won't it open?"),
        ("Why was it not opened?", "Why wasn't it not opened?"),
        ("Why is not it open?", None),
        ("Who came?", None),
        ("Why isn't it open?", None),
    ],
)
def test_a_question_is_denied_at_its_first_auxiliary(question, changed):
    """Where there is one, and it is not denied already; only at times, since it is the plainest edit."""
    made = [negate(question, "", [], random.Random(seed)) for seed in range(100)]
    assert set(made) - {None} == ({changed} if changed else set())
    assert made.count(None) > 50


def test_a_question_that_is_denied_in_short_is_not_denied_again():
    """ "can't" is no place for another "n't"."""
    made = {negate("Why can't it open?", "", [], random.Random(seed)) for seed in range(100)}
    assert made == {None}


ASKED = [
    row_of("Who opened the first harbour of Lenkoran in 2021?"),
    row_of("How many dollars did Leyla pay?", ("40 million",)),
    row_of(
        "Which river did Kamran cross with Aliya in Ganja?", ("Kura",), "Kamran and Aliya crossed the Kura in Ganja."
    ),
    row_of("Where was Rustam before 1996?", ("Baku",), "Before 1996, Rustam was in Baku.", "squad2:Rustam"),
    row_of("What is sold?", (), group="squad2:Tea"),
    row_of("Who opened the harbour in 2021?", group="selqa:x"),
]


def test_edits_make_questions_their_passages_do_not_answer():
    """Another question of the same passage, without a span; whole sentences and unanswerable rows are left alone."""
    questions = set()
    for seed in range(100):
        for example in edited(ASKED, random.Random(seed)):
            assert (example.origin, example.spans, example.whole) == ("edited", (), False)
            (row,) = [row for row in ASKED[:4] if example.passage == row.context and similar(example.question, row)]
            assert example.question != row.question
            assert example.title == row.title
            questions.add(example.question)
    assert len(questions) > 10


def similar(question, row):
    """Whether a question could be an edit of the row's: it begins with the same word, or has most of its words."""
    return len(set(question.split()) & set(row.question.split())) >= len(row.question.split()) / 2


def test_the_same_seed_gives_the_same_examples():
    """What is learned from can be made again."""
    rows = [*ASKED, row_of(words=("for 30 coins",), context=LONG)]
    once, again = (
        [list(edited(rows, random.Random(3))), [list(examples_of(row, random.Random(3))) for row in rows]]
        for _ in range(2)
    )
    assert once == again


def test_mined_passages_are_likely_and_wrong():
    """They are of another text than the question's, and do not say its answer."""
    texts = {
        "Baku": "The harbour of Baku was opened by Kamran. Tea came.",
        "Ganja": "Who opened the harbour of Lenkoran is known in Ganja: LEYLA.",  # likelier, and right
        "Lahore": "Kites fly over Lahore in spring.",
    }
    rows = [row_of("Who opened the harbour of Lenkoran?", context=TEXT)]
    rows += [row_of(f"What of {name}?", (name,), text, f"squad2:{name}") for name, text in texts.items()]
    rows += [row_of("Who?", ("Leyla",), "Leyla of qamr.", "qamr:x"), row_of("Which?", (), "Never asked.")]
    found = list(mined(rows))
    assert {example.origin for example in found} == {"squad2, mined"}
    assert all(example.spans == () for example in found)
    first = found[0]
    assert (first.question, first.passage) == (rows[0].question, texts["Baku"])
    for example in found:
        (row,) = [row for row in rows if row.question == example.question]
        assert example.passage not in row.context
        assert not any(row.context[start:end].casefold() in example.passage.casefold() for start, end in row.spans)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A directory of data: 80 groups of each set, each with two texts, answerable questions and one that is not."""
    folder = tmp_path_factory.mktemp("data")
    for name in DATASETS:
        records = []
        for n in range(80):
            group = f"{name}:Port_{n}"
            for part in ("north", "south"):
                context = f"The {part} pier of port {n} in {name} was opened by Leyla{n}. 🙂 It is red."
                start = context.index("Leyla")
                spans = [[start, start + len(f"Leyla{n}")]]
                records.append(
                    {
                        "group": group,
                        "question": f"Who opened {part} {n} of {name}?",
                        "context": context,
                        "spans": spans,
                    }
                )
            records.append({"group": group, "question": f"Who closed {n} of {name}?", "context": context, "spans": []})
        write_lines(folder / f"{name}.jsonl", records)
    return folder


def test_held_out_groups_become_collections_that_can_be_read(data, tmp_path):
    """Every set is one, its spans are the articles' words, and it asks of held-out groups only."""
    rows = read_rows(data, random.Random(0))
    folders = write_collections(data, tmp_path / "out")
    assert {folder.name for folder in folders} == {*DATASETS, *(f"{name}-switched" for name in SWITCHED_DATASETS)}
    for folder in [folder for folder in folders if folder.name in DATASETS]:
        collection = read_collection(folder)  # which checks every span
        asked = {row.question for row in rows if row.dataset == folder.name and row.held_out}
        assert {question.question for question in collection.questions} == asked
        assert collection.about.startswith(folder.name)


def test_every_second_held_out_group_is_left_out_of_its_collection(data, tmp_path):
    """Questions of groups left out have no answer in the corpus; the others are answered where their text does."""
    rows = read_rows(data, random.Random(0))
    for folder in [tmp_path / "out" / name for name in DATASETS if write_collections(data, tmp_path / "out")]:
        own = [row for row in rows if row.dataset == folder.name]
        groups = sorted({row.group for row in own if row.held_out})
        absent = set(groups[1::2])
        assert len(groups) > 4
        articles = [json.loads(line) for line in (folder / "articles.jsonl").read_text().splitlines()]
        assert {article["id"] for article in articles} == {row.group for row in own} - absent
        answerable = {row.question for row in own if row.held_out and row.spans and row.group not in absent}
        for question in read_collection(folder).questions:
            assert question.answerable is (question.question in answerable)
            assert {span.article_id for span in question.spans} <= set(groups) - absent


def test_no_example_of_training_is_of_a_held_out_group(data):
    """What is left when held-out rows are dropped shares no text, and no question, with the collections' questions."""
    rows = read_rows(data, random.Random(0))
    kept, held = ([row for row in rows if row.held_out is side] for side in (False, True))
    draws = random.Random(0)
    made = [example for row in kept for example in examples_of(row, draws)]
    changed = list(edited(kept, draws))
    assert len(held) > 10
    assert len(made) == len(kept)
    assert len(changed) > 10
    assert not {example.passage for example in (*made, *changed)} & {row.context for row in held}
    assert not {example.question for example in made} & {row.question for row in held}


def test_questions_in_other_words_ask_of_the_same_text(data, tmp_path):
    """Such a collection has the same articles and answers, and other questions."""
    write_collections(data, tmp_path)
    plain, other = (read_collection(tmp_path / name) for name in ("squad2", "squad2-switched"))
    assert (tmp_path / "squad2-switched/articles.jsonl").read_text() == (tmp_path / "squad2/articles.jsonl").read_text()
    assert [question.spans for question in other.questions] == [question.spans for question in plain.questions]
    assert not {question.question for question in other.questions} & {question.question for question in plain.questions}


@pytest.mark.parametrize("few", [1, 4])
def test_of_few_held_out_groups_none_is_left_out(tmp_path, few):
    """Where there are four or fewer, each stays in the corpus."""
    groups = [f"qed:{n}" for n in range(99) if stored_held(f"qed:{n}")][:few]
    for name in DATASETS:
        stored = [stored_row(group, n, set=name) for n, group in enumerate(groups)]
        write_lines(tmp_path / f"{name}.jsonl", stored)
    for folder in write_collections(tmp_path, tmp_path / "out"):
        assert [question.answerable for question in read_collection(folder).questions] == [True] * few


def stored_held(group):
    return Row("qed", group, "", "", ()).held_out


def test_a_set_that_the_data_lacks_is_passed_over(tmp_path):
    """Data of one set gives the collections of that set."""
    write_lines(tmp_path / "squad2.jsonl", [stored_row(f"squad2:{n}", n) for n in range(20)])
    assert [folder.name for folder in write_collections(tmp_path, tmp_path / "out")] == ["squad2", "squad2-switched"]


def test_data_without_a_set_to_search_in_has_no_mined_passages():
    """Sets of single sentences alone give none."""
    assert list(mined([row_of(group="qamr:x")])) == []
