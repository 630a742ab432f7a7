"""Make a shipped model's 8-bit files: python -m index.models.tools.quantize MODEL OUT CORPUS...

It needs index/models/int8/requirements.txt. NNCF runs the model in float32 over passages of a corpus, records the range
of each layer's numbers, and rounds the weights and the inputs of the large multiplications to 8 bits within that range.
int8/README.md says from which texts the shipped files were made, and how their vectors differ from float32.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from index.console import note
from index.corpus.articles import read_articles
from index.files import sha256_of
from index.models.embedder import prompts_of
from index.models.hub import shipped_folder
from index.models.inference import openvino
from index.models.shipped import SHIPPED_MODELS, ShippedModel
from index.models.tokens import load_tokenizer, padded_arrays
from index.passages import embedding_text
from index.passages.split import split_article
from index.types import Article

_PASSAGES = 150  # the most that are used
_QUESTIONS = 50  # first sentences, and their first words; they stand in for questions, which are shorter than passages


def quantize(model: ShippedModel, texts: Sequence[str], out: Path) -> None:
    """Write the graph and its weights into a folder, under the names of the shipped files."""
    import nncf

    graph = model.float_graph()
    tokenizer = load_tokenizer(shipped_folder(model.name), model.max_tokens)
    names = [port.get_any_name() for port in graph.inputs]
    arrays = [model.prepare(padded_arrays([tokenizer.encode(text)], model.max_tokens)) for text in texts]
    inputs = [{name: array[name] for name in names} for array in arrays]
    quantized = nncf.quantize(
        graph, nncf.Dataset(inputs), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(inputs)
    )
    openvino.save_model(quantized, out / f"{model.name}.xml")


def calibration_texts(corpus: Path) -> tuple[list[str], list[str]]:
    """The first passages of a corpus; the first sentences of some of them, and the first one to four words of these."""
    articles = [item for item in read_articles(corpus) if isinstance(item, Article)]
    passages = [(article, passage) for article in articles for passage in split_article(article)][:_PASSAGES]
    sentences = [article.text[slice(*passage.sentences[0])] for article, passage in passages[:_QUESTIONS]]
    beginnings = [" ".join(sentence.split()[: 1 + number % 4]) for number, sentence in enumerate(sentences)]
    return [embedding_text(article.title, passage.text) for article, passage in passages], [*sentences, *beginnings]


def main(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="The name of a shipped model.")],
    out: Annotated[Path, typer.Argument(help="A folder for the graph and its weights.")],
    corpora: Annotated[list[Path], typer.Argument(help="Corpora whose passages the ranges are measured on.")],
) -> None:
    """Quantize a shipped model."""
    model = SHIPPED_MODELS[name]
    query_prompt, passage_prompt = prompts_of(name)
    texts = [
        prompt + text
        for corpus in corpora
        for prompt, found in zip((passage_prompt, query_prompt), calibration_texts(corpus), strict=True)
        for text in found
    ]
    quantize(model, texts, out)
    for path in model.quantized_files():
        note(f"{path.name}: {sha256_of(out / path.name)}")


if __name__ == "__main__":
    typer.run(main)
