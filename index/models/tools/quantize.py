"""Make the default model's 8-bit files: python -m index.models.tools.quantize CORPUS OUT.

It needs index/models/int8/requirements.txt. NNCF runs the model in float32 over passages of a corpus, records the range
of each layer's numbers, and rounds the weights and the inputs of the large multiplications to 8 bits within that range.
int8/README.md says from which texts the shipped files were made, and how their vectors differ from float32.
"""

from pathlib import Path
from typing import Annotated

import typer
from sentence_transformers import SentenceTransformer

from index.console import note
from index.corpus.articles import read_articles
from index.files import sha256_of
from index.models.compiled import trace
from index.models.hub import bundled_folder
from index.models.inference import openvino
from index.models.shipped import QUANTIZED, quantized_files
from index.models.tokens import INPUTS
from index.passages import embedding_text
from index.passages.split import split_article
from index.types import Article

_PASSAGES = 150  # the most that are used
_QUESTIONS = 50  # first sentences, and their first words; they stand in for questions, which are shorter than passages


def quantize(corpus: Path, out: Path) -> None:
    """Write the graph and its weights into a folder, under the names of the shipped files."""
    import nncf

    model = SentenceTransformer(str(bundled_folder()), device="cpu")
    graph = trace(model[0].model, INPUTS, ["last_hidden_state"])
    features = [model.preprocess([text]) for text in calibration_texts(corpus)]
    inputs = [{name: tensors[name].numpy() for name in INPUTS} for tensors in features]
    quantized = nncf.quantize(
        graph, nncf.Dataset(inputs), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(inputs)
    )
    openvino.save_model(quantized, out / QUANTIZED.name)


def calibration_texts(corpus: Path) -> list[str]:
    """The first passages of a corpus, the first sentences of some of them, and the first one to four words of these."""
    articles = [item for item in read_articles(corpus) if isinstance(item, Article)]
    passages = [(article, passage) for article in articles for passage in split_article(article)][:_PASSAGES]
    sentences = [article.text[slice(*passage.sentences[0])] for article, passage in passages[:_QUESTIONS]]
    beginnings = [" ".join(sentence.split()[: 1 + number % 4]) for number, sentence in enumerate(sentences)]
    return [*(embedding_text(article.title, passage.text) for article, passage in passages), *sentences, *beginnings]


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus whose passages the ranges are measured on.")],
    out: Annotated[Path, typer.Argument(help="A folder for the graph and its weights.")],
) -> None:
    """Quantize the default model."""
    quantize(corpus, out)
    for path in quantized_files():
        note(f"{path.name}: {sha256_of(out / path.name)}")


if __name__ == "__main__":
    typer.run(main)
