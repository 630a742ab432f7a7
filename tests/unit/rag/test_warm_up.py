"""What a server has loaded once it is warm."""

import pytest

from index.models.embedder import embedder_of_record
from index.models.hub import MULTILINGUAL_MODEL, shipped_folder
from index.models.pieces import _pieces_in
from rag.assembly import make_assistant
from rag.reader import reader_of
from rag.settings import AssistantSettings


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["shipped", "none"])
def test_a_warm_server_has_the_whole_vocabulary(real_index, reader):
    """Loading the models leaves it on the disk, as a single question needs; warming up loads it."""
    for cached in (embedder_of_record, reader_of, _pieces_in):
        cached.cache_clear()
    assistant = make_assistant(AssistantSettings(real_index, reader=reader))
    assistant.load()
    assert _pieces_in(shipped_folder(MULTILINGUAL_MODEL))._loaded is None
    assistant.warm_up()
    assert _pieces_in(shipped_folder(MULTILINGUAL_MODEL))._loaded is not None
