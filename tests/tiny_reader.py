"""Question-answering and embedding models small enough to be made in a test."""

import string
from pathlib import Path
from typing import Any

_BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_LETTERS = [*string.ascii_lowercase, *string.digits, *".,?!:;'-"]
SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}


def letter_tokenizer() -> Any:
    """Bert's tokenizer over the letters: a word is its letters, what is no letter of English is unknown."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    words = [*_BERT, *_LETTERS, *(f"##{letter}" for letter in _LETTERS)]
    tokenizer = Tokenizer(models.WordPiece({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def byte_tokenizer() -> Any:
    """Roberta's tokenizer with nothing merged: each byte is a token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    words = ["<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({word: n for n, word in enumerate(words)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def spaced_tokenizer() -> Any:
    """A tokenizer as sentencepiece makes them: a token carries the space before it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    letters = ["▁", *string.ascii_letters, *string.digits, *".,?!"]
    words = [("[PAD]", 0.0), ("[UNK]", 0.0), ("[CLS]", 0.0), ("[SEP]", 0.0), *((letter, -2.0) for letter in letters)]
    words += [(f"▁{letter}", -1.0) for letter in letters]
    tokenizer = Tokenizer(models.Unigram(words, unk_id=1))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def tiny_reader(folder: Path, architecture: str = "bert") -> Path:
    """Save a model of random weights, always the same, with its tokenizer; give its folder."""
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = byte_tokenizer() if architecture == "roberta" else letter_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    size = tokenizer.get_vocab_size()
    # Weights spread so wide that places get logits of their own.
    with torch.random.fork_rng():
        torch.manual_seed(7)
        if architecture == "roberta":
            config = transformers.RobertaConfig(
                vocab_size=size, **SIZES, max_position_embeddings=514, type_vocab_size=1, initializer_range=0.5
            )
            model = transformers.RobertaForQuestionAnswering(config)
        elif architecture == "distilbert":
            shape = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32}
            config = transformers.DistilBertConfig(vocab_size=size, **shape, initializer_range=0.5)
            model = transformers.DistilBertForQuestionAnswering(config)
        else:
            model = transformers.BertForQuestionAnswering(bert_config(size))
        model.save_pretrained(folder)
    return folder


def bert_config(size: int) -> Any:
    """The configuration of a tiny Bert over so many words."""
    from transformers import BertConfig

    return BertConfig(vocab_size=size, **SIZES, initializer_range=0.5)


def tiny_encoder(architecture: str, size: int) -> Any:
    """A transformer of that architecture over so many words, its weights random."""
    import transformers

    wide = {"vocab_size": size, "initializer_range": 0.5}
    short = {"max_position_embeddings": 80}
    makes = {
        "bert": lambda: transformers.BertModel(bert_config(size)),
        "xlm-roberta": lambda: transformers.XLMRobertaModel(transformers.XLMRobertaConfig(**wide, **SIZES, **short)),
        "distilbert": lambda: transformers.DistilBertModel(
            transformers.DistilBertConfig(**wide, dim=16, n_layers=1, n_heads=2, hidden_dim=32)
        ),
        "mpnet": lambda: transformers.MPNetModel(transformers.MPNetConfig(**wide, **SIZES, pad_token_id=0, **short)),
        "gpt2": lambda: transformers.GPT2Model(
            transformers.GPT2Config(**wide, n_embd=16, n_layer=1, n_head=2, bos_token_id=2, eos_token_id=3)
        ),
        "longformer": lambda: transformers.LongformerModel(
            transformers.LongformerConfig(**wide, **SIZES, attention_window=8, pad_token_id=0, **short)
        ),
    }
    return makes[architecture]()
