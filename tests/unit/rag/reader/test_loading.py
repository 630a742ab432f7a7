"""Loading a reader's model and tokenizer."""

from dataclasses import replace

import pytest

from index.errors import ModelError
from index.models.hub import MULTILINGUAL_MODEL, SHIPPED_SHA256
from rag.reader import TransformerReader
from rag.reader.loading import MAX_TOKENS, MULTILINGUAL, tokenizer_of, trained_model, trained_names
from rag.reader.reading import encode
from tests.tiny_reader import bert_config, letter_tokenizer, tiny_reader

QUESTION = "who opened it?"
TEXTS = [("", "the harbour was opened by leyla."), ("kites", "they fly.")]


@pytest.mark.parametrize("content", [None, "", "{", '{"model": 1}'])
def test_a_tokenizer_that_is_missing_or_damaged_is_said_to_be(tmp_path, content):
    """The refusal names the reader, its folder and the setting."""
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ModelError) as refused:
        tokenizer_of(tmp_path, "mine")
    assert 'The reader "mine"' in str(refused.value)
    assert str(tmp_path) in str(refused.value)
    assert "RAG_READER" in f"{refused.value} {refused.value.__dict__}"


def test_a_tokenizer_is_set_to_cut_whatever_it_was_saved_with(tmp_path):
    """Padding and limits stored with a tokenizer do not count."""
    saved = letter_tokenizer()
    saved.enable_padding(length=512)
    saved.enable_truncation(5)
    saved.save(str(tmp_path / "tokenizer.json"))
    tokenizer = tokenizer_of(tmp_path)
    lengths = [len(encode(tokenizer, QUESTION, [("", text)])[0].ids) for text in ("tea.", "tea. " * 200)]
    assert lengths == [2 + 1 + len("whoopenedit?") + len("tea."), MAX_TOKENS]


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["config.json", "model.safetensors"])
@pytest.mark.parametrize("content", [None, "{"])
def test_a_broken_model_is_said_to_be_broken(tmp_path, damage, content):
    """A file that is missing or cut makes one sentence that names the reader."""
    folder = tiny_reader(tmp_path / "bert")
    (folder / damage).unlink()
    if content:
        (folder / damage).write_text(content)
    with pytest.raises(ModelError, match="can't be loaded"):
        TransformerReader(str(folder)).read(QUESTION, TEXTS)


@pytest.mark.slow
def test_a_model_made_for_something_else_is_refused(tmp_path):
    """An embedding model has no head that tells where answers are."""
    from transformers import BertModel

    folder = tiny_reader(tmp_path / "bert")
    BertModel(bert_config(letter_tokenizer().get_vocab_size())).save_pretrained(folder)
    with pytest.raises(ModelError):
        TransformerReader(str(folder)).read(QUESTION, TEXTS)


def bert(_=None):
    """The same tiny Bert each time, as a base model is the same."""
    import torch
    from transformers import BertForQuestionAnswering

    with torch.random.fork_rng():
        torch.manual_seed(3)
        return BertForQuestionAnswering(bert_config(60))


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Writes a weights file of every trained parameter set to a half, changed as a test needs."""
    from safetensors.torch import save_file

    monkeypatch.setattr("rag.reader.loading.base_model", bert)

    def of(change=lambda tensors: tensors, base=SHIPPED_SHA256[MULTILINGUAL_MODEL]):
        model = bert()
        parameters = dict(model.named_parameters())
        tensors = {name: parameters[name].detach().half() * 0 + 0.5 for name in trained_names(model)}
        path = tmp_path / "reader.safetensors"
        save_file(change(tensors), path, metadata={"base": base} if base else None)
        return replace(MULTILINGUAL, path=path)

    return of


@pytest.mark.slow
def test_trained_weights_take_the_place_of_all_but_the_vectors_of_words(stored):
    """The vectors of words are the base model's; every other parameter is the file's."""
    base = dict(bert().named_parameters())
    model = dict(trained_model(stored()).named_parameters())
    frozen = {name for name in base if name.startswith("bert.embeddings.word_embeddings.")}
    assert frozen
    assert "qa_outputs.weight" in set(base) - frozen
    for name, value in model.items():
        assert (value == (base[name] if name in frozen else 0.5)).all(), name


@pytest.mark.slow
@pytest.mark.parametrize("base", ["0" * 64, None])
def test_weights_trained_on_another_model_are_refused(stored, base):
    """Layers on top of other embeddings read nothing."""
    with pytest.raises(ModelError, match="not trained on this"):
        trained_model(stored(base=base))


def without_head(tensors):
    return {name: value for name, value in tensors.items() if not name.startswith("qa_outputs")}


@pytest.mark.slow
@pytest.mark.parametrize("change", [without_head, lambda tensors: tensors | {"more": tensors["qa_outputs.bias"] + 0.0}])
def test_weights_of_another_shape_of_model_are_refused(stored, change):
    """A parameter too few would stay random, one too many means another model."""
    with pytest.raises(ModelError, match="can't be loaded"):
        trained_model(stored(change))


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, b"", b"no tensors"])
def test_weights_that_are_missing_or_damaged_are_said_to_be(tmp_path, monkeypatch, content):
    """The refusal names the file."""
    monkeypatch.setattr("rag.reader.loading.base_model", bert)
    path = tmp_path / "reader.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="reader.safetensors"):
        trained_model(replace(MULTILINGUAL, path=path))
