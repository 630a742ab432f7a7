"""Reading passages for a question: spans, log-odds, and the models that give them."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from index.errors import ModelError
from rag.reader import Reading, TransformerReader, reader_of
from rag.reader.loading import MAX_TOKENS
from rag.reader.model import batch_of
from rag.reader.reading import MAX_ANSWER, MAX_QUESTION, encode, lead_of, text_tokens, token_spans
from tests.tiny_reader import byte_tokenizer, letter_tokenizer, spaced_tokenizer, tiny_reader
from tests.unit.index.unicode_texts import any_text

QUESTION = "who opened it?"
TEXTS = [("", "the harbour was opened by leyla."), ("kites", "they fly."), ("a long title of tea", "tea. " * 30)]


def all_spans(reading, start, end):
    """Each span of tokens within these characters that is no longer than an answer may be, with its score."""
    inside = [number for number, (left, right) in enumerate(reading.spans) if left >= start and right <= end]
    for first in inside:
        for last in inside:
            if first <= last < first + MAX_ANSWER:
                span = (reading.spans[first][0], reading.spans[last][1])
                yield float(reading.starts[first]) + float(reading.ends[last]), span


LOGITS = st.floats(-30, 30, width=32)


@given(st.data(), st.integers(0, 2 * MAX_ANSWER), LOGITS)
def test_an_answer_is_the_likeliest_of_all_spans(data, count, none):
    """Going over all pairs of tokens gives the same log-odds, and no span there is likelier than the one given."""
    spans = [(3 * number, 3 * number + 2) for number in range(count)]
    starts, ends = (data.draw(arrays.arrays(np.float32, count, elements=LOGITS)) for _ in range(2))
    start, end = sorted(data.draw(st.tuples(st.integers(-1, 3 * count + 1), st.integers(-1, 3 * count + 1))))
    answer = Reading(spans, starts, ends, none).answer_in(start, end)
    scored = list(all_spans(Reading(spans, starts, ends, none), start, end))
    if not scored:
        assert answer is None
        return
    odds, span = answer
    assert odds == pytest.approx(np.logaddexp.reduce([score for score, _ in scored]) - none, abs=1e-3)
    assert {at: score for score, at in scored}[span] == pytest.approx(max(scored)[0], abs=1e-4)
    assert start <= span[0] < span[1] <= end


def test_a_span_longer_than_an_answer_is_none():
    """Where the likeliest beginning and end are too far apart, or the wrong way round, others are taken."""
    count = MAX_ANSWER + 1
    starts, ends = np.zeros((2, count), dtype=np.float32)
    starts[0], ends[-1] = 9.0, 9.0
    spans = [(number, number + 1) for number in range(count)]
    _, span = Reading(spans, starts, ends, 0.0).answer_in(0, count)
    assert span != (0, count)
    assert span[1] - span[0] <= MAX_ANSWER
    _, whole = Reading(spans[1:], starts[1:] + 1.0, ends[1:], 0.0).answer_in(0, count)
    assert whole[1] == count
    backward = Reading(spans[:2], np.float32([0.0, 9.0]), np.float32([8.0, 0.0]), 0.0)
    assert backward.answer_in(0, 2)[1] == (1, 2)


def test_tokens_that_cross_the_bounds_are_not_inside():
    """A token that begins before the sentence, or ends behind it, is no part of an answer in it."""
    reading = Reading([(0, 4), (4, 8), (8, 12)], *np.zeros((2, 3), dtype=np.float32), 1.0)
    assert reading.answer_in(3, 9) == (pytest.approx(-1.0), (4, 8))
    assert reading.answer_in(5, 7) is None
    assert reading.answer_in(12, 40) is None
    assert Reading([], *np.zeros((2, 0), dtype=np.float32), 1.0).answer_in(0, 9) is None


def cutting(tokenizer):
    tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
    return tokenizer


LETTERS, BYTES, SPACED = cutting(letter_tokenizer()), cutting(byte_tokenizer()), cutting(spaced_tokenizer())


def tokens_of(tokenizer, title, text, question=QUESTION):
    """The text's tokens, and their spans in it."""
    (encoding,) = encode(tokenizer, question, [(title, text)])
    lead = len(lead_of(title))
    tokens = [encoding.tokens[position] for position in text_tokens(encoding, lead)]
    return tokens, token_spans(encoding, (title, text))


TITLES = st.sampled_from(["", "Tea", "🙂 e\u0301", "Порт"])


@given(st.sampled_from([LETTERS, BYTES]), TITLES, any_text, st.text(max_size=60))
def test_tokens_stand_in_the_characters_of_the_text(tokenizer, title, text, question):
    """Whatever is read, spans are within the text, in order, and never empty."""
    _, spans = tokens_of(tokenizer, title, text, question)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(TITLES, st.text("ab🙂é\u0301Ç👩\u200d🇦🇿مر .", max_size=40))
def test_a_token_is_the_characters_it_was_made_of(title, text):
    """Offsets count characters, not bytes: beyond emoji and marks that join, each letter is where it stands."""
    tokens, spans = tokens_of(LETTERS, title, text)
    for token, (start, end) in zip(tokens, spans, strict=True):
        if token != "[UNK]":
            bare = unicodedata.normalize("NFD", text[start:end])[0].lower()
            assert token.removeprefix("##") == bare


def test_emoji_and_joined_marks_move_no_offset():
    """Of a text with an emoji, a letter with a mark of its own and a flag, each word is found by its span."""
    text = "🙂 tea e\u0301te 🇦🇿 ship"
    for tokenizer in (LETTERS, BYTES):
        for title in ("", "🙂🙂 Cafe\u0301"):
            _, spans = tokens_of(tokenizer, title, text)
            for word in ("tea", "ship", "🙂"):
                start = text.index(word)
                assert any(span[0] == start for span in spans)
                assert any(span[1] == start + len(word) for span in spans)


def test_the_title_stands_before_the_text_and_is_none_of_it():
    """The model reads the title as a sentence of its own; the text's tokens are those without it."""
    (encoding,) = encode(LETTERS, "who?", [("Tea", "It.")])
    assert encoding.tokens == [
        "[CLS]",
        "w",
        "##h",
        "##o",
        "?",
        "[SEP]",
        "t",
        "##e",
        "##a",
        ".",
        "i",
        "##t",
        ".",
        "[SEP]",
    ]
    assert [encoding.tokens[position] for position in text_tokens(encoding, len(lead_of("Tea")))] == ["i", "##t", "."]
    (bare,) = encode(LETTERS, "who?", [("", "It.")])
    assert [bare.tokens[position] for position in text_tokens(bare, len(lead_of("")))] == ["i", "##t", "."]


def test_a_long_text_is_cut_at_its_end():
    """What fits is read from the beginning, to the last token there is room for."""
    text = "tea is sold. " * 100
    (encoding,) = encode(LETTERS, QUESTION, [("", text)])
    assert len(encoding.ids) == MAX_TOKENS
    _, spans = tokens_of(LETTERS, "", text)
    assert spans == tokens_of(LETTERS, "", text[: spans[-1][1]])[1]
    reading = Reading(spans, *np.zeros((2, len(spans)), dtype=np.float32), 0.0)
    assert reading.answer_in(0, 12) is not None
    assert reading.answer_in(spans[-1][1], len(text)) is None


def test_a_long_title_leaves_room_for_the_text():
    """A title is cut before it can push out what is read, and spans still are the text's own."""
    text = "leyla came."
    tokens, spans = tokens_of(LETTERS, "tea " * 300, text)
    assert "".join(text[slice(*span)] for span in spans) == "leylacame."
    assert len(tokens) == len(spans)


def test_of_a_long_question_the_end_is_read():
    """What is asked for mostly stands last; the text still has room."""
    (encoding,) = encode(LETTERS, "a" * 500 + " " + "tea " * 20 + "who?", [("", "leyla.")])
    assert encoding.tokens[-8:] == ["[SEP]", "l", "##e", "##y", "##l", "##a", ".", "[SEP]"]
    of_question = [position for position, sequence in enumerate(encoding.sequence_ids) if sequence == 0]
    assert encoding.offsets[of_question[-1]] == (MAX_QUESTION - 1, MAX_QUESTION)


def test_a_long_question_of_characters_that_are_each_a_token_is_read():
    """A question of 400 Chinese characters has more tokens than are read: it is cut too, and nothing fails."""
    assert tokens_of(LETTERS, "", "leyla came.", "港" * MAX_QUESTION)


@pytest.mark.parametrize("title", ["", "Tea"])
def test_a_token_that_carries_the_space_before_it_is_one_of_its_sentence(title):
    """As sentencepiece counts offsets, the first word of a sentence is inside it, and its span has no space."""
    text = "Leyla came. Tea was sold."
    _, spans = tokens_of(SPACED, title, text)
    for start, end in ((0, 11), (12, 25)):
        inside = [span for span in spans if start <= span[0] and span[1] <= end]
        assert (inside[0][0], inside[-1][1]) == (start, end)


class Config:
    def __init__(self, **values):
        self.__dict__ |= {"pad_token_id": None} | values


def test_a_missing_model_is_refused():
    """A name that is not on this machine is refused before anything is read."""
    with pytest.raises(ModelError, match='reader "nobody/no-such-reader" is not on this machine'):
        TransformerReader("nobody/no-such-reader")


def test_a_reader_is_made_once(tmp_path):
    """However many ask for it, one is loaded."""
    assert reader_of(str(tmp_path)) is reader_of(str(tmp_path))


@pytest.mark.slow
def test_a_folder_without_a_model_fails_when_something_is_read(tmp_path):
    """Making a reader loads nothing; reading says what is missing."""
    reader = TransformerReader(str(tmp_path))
    with pytest.raises(ModelError, match="can't be loaded"):
        reader.read(QUESTION, TEXTS)


@pytest.fixture
def exact(monkeypatch):
    """Whatever the processor can, models compute in float32."""
    monkeypatch.setattr("rag.reader.model.computes_in_bfloat16", lambda: False)


@pytest.fixture(params=[True, False], ids=["compiled", "as it is"])
def compiling(request, monkeypatch):
    """Models are compiled, or can't be; `tried` holds the precisions of the attempts."""
    from index.models import compiled as module

    tried, compile_model = [], module.compile_model

    def compile_or_not(model, inputs, outputs, precision):
        tried.append(precision)
        return compile_model(model, inputs, outputs, precision) if request.param else None

    monkeypatch.setattr(module, "compile_model", compile_or_not)
    return SimpleNamespace(can=request.param, tried=tried)


def loaded_model(reader):
    """The model that a reader has loaded; a compiled one has the method `run_batches`."""
    _, model = reader._load()
    return model


def by_hand(folder, question, title, text):
    """The spans and logits of the text's tokens, and the logit of none, by the model of this text alone."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModelForQuestionAnswering

    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    lead = f"{title}. " if title else ""
    encoding = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(question, lead + text)
    inputs = {"input_ids": torch.tensor([encoding.ids])}
    if model.config.model_type == "bert":
        inputs["token_type_ids"] = torch.tensor([encoding.type_ids])
    with torch.no_grad():
        output = model(**inputs)
    begins = encoding.sequence_ids.index(1)
    positions = [
        position
        for position in range(begins, len(encoding.ids) - 1)
        if encoding.offsets[position][0] >= len(lead) and encoding.offsets[position][1] > encoding.offsets[position][0]
    ]
    spans = [tuple(offset - len(lead) for offset in encoding.offsets[position]) for position in positions]
    starts, ends = output.start_logits[0].numpy(), output.end_logits[0].numpy()
    return spans, starts[positions], ends[positions], starts[0] + ends[0]


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert"])
def test_a_reading_is_that_of_the_model_by_hand(tmp_path, exact, compiling, architecture):
    """Each text has the logits the model gives it alone, whatever stands beside it, with its title and without."""
    folder = tiny_reader(tmp_path / architecture, architecture)
    reader = TransformerReader(str(folder))
    readings = reader.read(QUESTION, TEXTS)
    assert len(readings) == len(TEXTS)
    assert hasattr(loaded_model(reader), "run_batches") == compiling.can
    for reading, (title, text) in zip(readings, TEXTS, strict=True):
        spans, starts, ends, none = by_hand(folder, QUESTION, title, text)
        assert list(reading.spans) == spans
        np.testing.assert_allclose(reading.starts, starts, atol=1e-4)
        np.testing.assert_allclose(reading.ends, ends, atol=1e-4)
        assert reading.none == pytest.approx(float(none), abs=1e-4)
        assert np.ptp(reading.starts) > 0.01
        assert (reading.starts.dtype, reading.ends.dtype) == (np.float32, np.float32)


@pytest.mark.slow
def test_a_text_that_is_not_read_has_no_answer(tmp_path, exact):
    """What lies beyond the tokens that are read has none, and where nothing is given nothing is read."""
    reader = TransformerReader(str(tiny_reader(tmp_path / "bert")))
    assert reader.read(QUESTION, []) == []
    long = "tea " * 400 + "leyla."
    cut, read = reader.read(QUESTION, [("", long), ("", "leyla.")])
    assert cut.answer_in(len(long) - 6, len(long)) is None
    odds, (start, end) = read.answer_in(0, 6)
    assert 0 <= start < end <= 6
    assert np.isfinite(odds)


@pytest.mark.slow
@pytest.mark.parametrize(("fast", "precision"), [(True, "bfloat16"), (False, "float32")])
def test_the_processor_decides_how_exactly_it_computes(tmp_path, monkeypatch, compiling, fast, precision):
    """In bfloat16 where that is quick, else in float32, compiled or not; the reading is of the same answer."""
    monkeypatch.setattr("rag.reader.model.computes_in_bfloat16", lambda: fast)
    folder = tiny_reader(tmp_path / "bert")
    reader = TransformerReader(str(folder))
    (reading,) = reader.read(QUESTION, TEXTS[:1])
    assert compiling.tried == [precision]
    if not compiling.can:
        assert str(loaded_model(reader).dtype) == f"torch.{precision}"
    _, starts, *_ = by_hand(folder, QUESTION, *TEXTS[0])
    assert reading.starts.dtype == np.float32
    np.testing.assert_allclose(reading.starts, starts, atol=0.1 if fast else 1e-4)


MANY = [("tea", "leyla opened it. " * (1 + n * 5 % 17)) for n in range(12)]


def assert_same(readings, others):
    """Check that readings are the same, in the same order."""
    assert len(readings) == len(others)
    for one, other in zip(readings, others, strict=True):
        assert list(one.spans) == list(other.spans)
        np.testing.assert_allclose(one.starts, other.starts, atol=1e-5)
        np.testing.assert_allclose(one.ends, other.ends, atol=1e-5)
        assert one.none == pytest.approx(other.none, abs=1e-5)


@pytest.mark.slow
def test_texts_side_by_side_are_read_as_one_by_one(tmp_path, exact, compiling, cores):
    """Long ones and short ones, in their order, and by several threads at once."""
    reader = TransformerReader(str(tiny_reader(tmp_path / "bert")))
    alone = [reader.read(QUESTION, [text])[0] for text in MANY]
    assert_same(reader.read(QUESTION, MANY), alone)
    with ThreadPoolExecutor(3) as threads:
        for readings in threads.map(lambda _: reader.read(QUESTION, MANY), range(6)):
            assert_same(readings, alone)


@pytest.mark.slow
def test_the_shipped_reader_is_compiled_and_reads_the_same(exact, monkeypatch):
    """Compiled it has the logits that it has as it is."""
    made = TransformerReader()
    readings = made.read(QUESTION, TEXTS)
    assert hasattr(loaded_model(made), "run_batches")
    monkeypatch.setattr("index.models.compiled.compile_model", lambda *_: None)
    for reading, other in zip(readings, TransformerReader().read(QUESTION, TEXTS), strict=True):
        np.testing.assert_allclose(reading.starts, other.starts, atol=1e-3)
        np.testing.assert_allclose(reading.ends, other.ends, atol=1e-3)
        assert reading.none == pytest.approx(other.none, abs=1e-3)
        assert np.ptp(reading.starts) > 1


@pytest.mark.slow
def test_two_first_questions_at_once_load_it_once(tmp_path, compiling):
    """The second waits for what the first loads."""
    reader = TransformerReader(str(tiny_reader(tmp_path / "bert")))
    with ThreadPoolExecutor(3) as threads:
        assert len(list(threads.map(lambda _: reader.read(QUESTION, TEXTS), range(3)))) == 3
    assert len(compiling.tried) == 1


@pytest.mark.slow
def test_texts_side_by_side_are_padded_and_masked(tmp_path):
    """Rows are as long as the longest, or the next multiple; padding is masked, and types only where there are any."""
    encodings = encode(LETTERS, "who?", [("", "tea."), ("", "a ship.")])
    batch = batch_of(encodings, Config(pad_token_id=9, type_vocab_size=2), 16)
    assert {name: tuple(rows.shape) for name, rows in batch.items()} == {
        "input_ids": (2, 16),
        "attention_mask": (2, 16),
        "token_type_ids": (2, 16),
    }
    for row, encoding in enumerate(encodings):
        padding = 16 - len(encoding.ids)
        assert batch["input_ids"][row].tolist() == encoding.ids + [9] * padding
        assert batch["attention_mask"][row].tolist() == [1] * len(encoding.ids) + [0] * padding
        assert batch["token_type_ids"][row].tolist() == encoding.type_ids + [0] * padding
    assert batch_of(encodings, Config())["input_ids"].shape == (2, max(len(e.ids) for e in encodings))
    assert batch_of(encodings, Config())["input_ids"][0].tolist()[-1] == 0
    for config in (Config(), Config(type_vocab_size=1), Config(type_vocab_size=0)):
        assert set(batch_of(encodings, config)) == {"input_ids", "attention_mask"}
