"""BERT as a graph made from its weights gives the outputs of transformers."""

import gc
import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index.models.bert import BertGraph, read_config, read_weights
from index.models.inference import CompiledGraph, with_mean_pooling
from index.models.tokens import INPUTS
from index.models.vocabulary import WORD_TABLE
from tests.tiny_reader import bert_config

WORDS, POSITIONS = 60, 80
SHAPES = [
    {"num_hidden_layers": 1, "num_attention_heads": 2},
    {"num_hidden_layers": 3, "num_attention_heads": 4, "hidden_size": 24, "intermediate_size": 40},
    {"num_hidden_layers": 2, "num_attention_heads": 1, "layer_norm_eps": 1e-3},
]


def saved(folder, name, shape):
    """Save a tiny Bert of random weights, the same each time; give it as transformers loads it, in float64."""
    import transformers

    config = bert_config(WORDS)
    config.update({"max_position_embeddings": POSITIONS, "initializer_range": 0.2, **shape})
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = getattr(transformers, name)(config)
        for parameter in model.parameters():  # norms and biases would be ones and zeros
            parameter.data += 0.1 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    return getattr(transformers, name).from_pretrained(folder, attn_implementation="eager").eval().double()


@pytest.fixture(scope="module", params=SHAPES, ids=["small", "deep", "one head"])
def shape(request):
    return request.param


@pytest.fixture(scope="module")
def encoder(shape, tmp_path_factory):
    """The folder of an encoder, and the encoder as transformers loads it."""
    folder = tmp_path_factory.mktemp("encoder")
    return folder, saved(folder, "BertModel", shape)


@pytest.fixture(scope="module")
def reader(shape, tmp_path_factory):
    """The folder of a question-answering model, and the model as transformers loads it."""
    folder = tmp_path_factory.mktemp("reader")
    return folder, saved(folder, "BertForQuestionAnswering", shape)


def graph_of(folder):
    """The graph of the weights in a folder."""
    return BertGraph(read_weights(folder / "model.safetensors"), read_config(folder))


@pytest.fixture(scope="module")
def vectors(encoder):
    return CompiledGraph(graph_of(encoder[0]).token_vectors(), ["vectors"], "float32", cores=2)


@pytest.fixture(scope="module")
def means(encoder):
    return CompiledGraph(with_mean_pooling(graph_of(encoder[0]).token_vectors()), ["means"], "float32", cores=2)


@pytest.fixture(scope="module")
def spans(reader):
    return CompiledGraph(graph_of(reader[0]).span_scores(), ["starts", "ends"], "float32", cores=2)


def tokens_of(lengths, seed=0):
    """Rows of random tokens of two types with these lengths, padded on the right to the longest."""
    generator = np.random.default_rng(seed)
    shape = (len(lengths), max(lengths))
    mask = (np.arange(shape[1])[None, :] < np.array(lengths)[:, None]).astype(np.int64)
    words, types = (generator.integers(most, size=shape) for most in (WORDS, 2))
    return {"input_ids": words * mask, "attention_mask": mask, "token_type_ids": types * mask}


def by_transformers(model, tokens):
    """The outputs of the model that transformers loaded."""
    with torch.inference_mode():
        return model(**{name: torch.from_numpy(rows) for name, rows in tokens.items()})


FEW = settings(max_examples=20)  # OpenVINO prepares its kernels for each new shape, which takes most of the time
LENGTHS = st.lists(st.integers(1, POSITIONS), min_size=1, max_size=6)


@FEW
@given(LENGTHS, st.integers(0, 99))
def test_token_vectors_are_those_of_transformers(encoder, vectors, lengths, seed):
    """Every token has its vector, in any batch; what stands at the padding does not matter."""
    tokens = tokens_of(lengths, seed)
    mask = tokens["attention_mask"].astype(bool)
    expected = by_transformers(encoder[1], tokens)["last_hidden_state"].numpy()
    outputs = vectors.run(tokens)["vectors"]
    assert (outputs.dtype, outputs.shape) == (np.float32, expected.shape)
    assert outputs[mask] == pytest.approx(expected[mask], abs=1e-5)


@pytest.mark.parametrize("lengths", [[1], [2], [POSITIONS], [1, POSITIONS], [1, 1, 1], [7, 16, 3, 9]])
def test_the_shortest_and_the_longest_rows_are_computed(encoder, vectors, lengths):
    """One token alone, as many as the model has positions for, and both in one batch."""
    tokens = tokens_of(lengths)
    mask = tokens["attention_mask"].astype(bool)
    expected = by_transformers(encoder[1], tokens)["last_hidden_state"].numpy()
    assert vectors.run(tokens)["vectors"][mask] == pytest.approx(expected[mask], abs=1e-5)


@FEW
@given(LENGTHS, st.integers(0, 99))
def test_mean_pooling_leaves_padding_out(encoder, means, lengths, seed):
    """Each row has the mean of the vectors of its own tokens."""
    tokens = tokens_of(lengths, seed)
    expected = by_transformers(encoder[1], tokens)["last_hidden_state"].numpy()
    rows = [row[:length].mean(0) for row, length in zip(expected, lengths, strict=True)]
    assert means.run(tokens)["means"] == pytest.approx(np.stack(rows), abs=1e-5)


@FEW
@given(LENGTHS, st.integers(0, 99))
def test_span_scores_are_those_of_transformers(reader, spans, lengths, seed):
    """Every token has its start and end logit, and the two are not mixed up."""
    tokens = tokens_of(lengths, seed)
    mask = tokens["attention_mask"].astype(bool)
    expected, outputs = by_transformers(reader[1], tokens), spans.run(tokens)
    assert outputs["starts"].shape == mask.shape
    assert outputs["starts"][mask] == pytest.approx(expected["start_logits"].numpy()[mask], abs=1e-5)
    assert outputs["ends"][mask] == pytest.approx(expected["end_logits"].numpy()[mask], abs=1e-5)


def test_a_graph_takes_its_inputs_by_name(vectors):
    """They have the names that a tokenizer's arrays have."""
    assert vectors.inputs == list(INPUTS)


def test_a_graph_outlives_its_weights(encoder):
    """The arrays may be freed and their memory used again."""
    tokens = tokens_of([9, 4])
    weights = read_weights(encoder[0] / "model.safetensors")
    graph = BertGraph(weights, read_config(encoder[0])).token_vectors()
    del weights
    gc.collect()
    filled = [np.full((WORDS, 16), 9.0, dtype=np.float32) for _ in range(200)]  # where the weights were
    compiled = CompiledGraph(graph, ["vectors"], "float32", cores=1)
    del graph
    gc.collect()
    filled += [np.full((WORDS, 16), 9.0, dtype=np.float32) for _ in range(200)]
    expected = by_transformers(encoder[1], tokens)["last_hidden_state"].numpy()
    mask = tokens["attention_mask"].astype(bool)
    assert compiled.run(tokens)["vectors"][mask] == pytest.approx(expected[mask], abs=1e-5)
    assert len(filled) == 400


def test_weights_have_the_encoder_s_own_names(encoder, reader):
    """The prefix that a model with a head puts before them is removed; the head keeps its name."""
    own, with_head = (read_weights(folder / "model.safetensors") for folder, _ in (encoder, reader))
    assert set(with_head) == {name for name in own if not name.startswith("pooler.")} | {
        "qa_outputs.weight",
        "qa_outputs.bias",
    }
    expected = dict(reader[1].bert.named_parameters()) | dict(reader[1].named_parameters())
    for name, array in with_head.items():
        assert (array == expected[name].detach().float().numpy()).all(), name


def test_a_part_of_the_weights_is_read_alone(encoder, reader):
    """The part is named as the encoder names it, with a prefix in the file or without."""
    for folder, _ in (encoder, reader):
        weights = read_weights(folder / "model.safetensors", "embeddings.")
        assert len(weights) == 5
        assert all(name.startswith("embeddings.") for name in weights)


def test_the_vectors_of_words_can_be_left_out(encoder):
    """All else is read."""
    path = encoder[0] / "model.safetensors"
    assert set(read_weights(path)) - set(read_weights(path, words=False)) == {WORD_TABLE}


def test_weights_in_16_bits_are_read_as_float32(tmp_path):
    """The reader's file is stored in half the size."""
    from safetensors.numpy import save_file

    save_file({"bert.one": np.float16([0.5, 3.0])}, tmp_path / "half.safetensors")
    (array,) = read_weights(tmp_path / "half.safetensors").values()
    assert (array.dtype, array.tolist()) == (np.float32, [0.5, 3.0])


@pytest.mark.parametrize("content", [None, b"", b"no tensors", b"\xff" * 64])
def test_weights_that_can_not_be_read_are_an_error(tmp_path, content):
    """A missing file and a damaged one are the same error."""
    path = tmp_path / "model.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="."):
        read_weights(path)


@pytest.mark.parametrize("content", [None, "", "{", "\xff"])
def test_a_configuration_that_can_not_be_read_is_an_error(tmp_path, content):
    """A missing file and a damaged one are the same error."""
    if content is not None:
        (tmp_path / "config.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match="."):
        read_config(tmp_path)


def test_a_configuration_is_read_as_it_is(tmp_path):
    """It is the JSON of the file."""
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 384}))
    assert read_config(tmp_path) == {"hidden_size": 384}
