"""Make the default model's 8-bit files: python -m index.models.tools.quantize CORPUS OUT.

It needs index/models/int8/requirements.txt. NNCF runs the model in float32 over passages of a corpus, notes between which bounds each layer's numbers lie, and
rounds weights and what goes into the large multiplications to 8 bits between such bounds. int8/README.md says of what
the files here were made, and what that does to the vectors.
"""

from pathlib import Path
from typing import Annotated

import typer
from sentence_transformers import SentenceTransformer

from index.console import note
from index.corpus.articles import read_articles
from index.files import sha256_of
from index.models.compiled import followed, openvino
from index.models.hub import bundled_folder
from index.models.quantized import GRAPH, INPUTS, OUTPUT, files
from index.passages import embedding_text
from index.passages.split import split_article
from index.types import Article

_PASSAGES = 150  # at most
_QUESTIONS = 50  # first sentences, and their first words, that stand in for questions, which are shorter


def quantize(corpus: Path, out: Path) -> None:
    """Write the graph and its weights into a folder, under the names they have here."""
    import nncf

    model = SentenceTransformer(str(bundled_folder()), device="cpu")
    graph = followed(model[0].model, INPUTS, [OUTPUT])
    tokens = [model.preprocess([text]) for text in _texts(corpus)]
    data = [{name: given[name].numpy() for name in INPUTS} for given in tokens]
    made = nncf.quantize(graph, nncf.Dataset(data), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(data))
    openvino.save_model(made, out / GRAPH.name)


def _texts(corpus: Path) -> list[str]:
    """The first passages of a corpus, the first sentences of some, and the first one to four words of these."""
    articles = [item for item in read_articles(corpus) if isinstance(item, Article)]
    passages = [(one, passage) for one in articles for passage in split_article(one)][:_PASSAGES]
    firsts = [one.text[slice(*passage.sentences[0])] for one, passage in passages[:_QUESTIONS]]
    begun = [" ".join(first.split()[: 1 + place % 4]) for place, first in enumerate(firsts)]
    return [*(embedding_text(one.title, passage.text) for one, passage in passages), *firsts, *begun]


def _main(
    corpus: Annotated[Path, typer.Argument(help="Articles, of whose passages the bounds are learned.")],
    out: Annotated[Path, typer.Argument(help="A folder for the graph and its weights.")],
) -> None:
    """Quantize the default model."""
    quantize(corpus, out)
    for path in files():
        note(f"{path.name}: {sha256_of(out / path.name)}")


if __name__ == "__main__":
    typer.run(_main)
