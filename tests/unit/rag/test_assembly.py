"""Making an assistant from settings."""

import pytest

import rag.assembly
from rag.errors import SettingError
from rag.settings import AssistantSettings


@pytest.fixture
def directories(monkeypatch, live_index):
    """The directories that are opened; each of them gives `live_index`, whose model is not a real one."""
    opened = []

    def open_live_index(directory):
        opened.append(directory)
        return live_index

    monkeypatch.setattr(rag.assembly, "LiveIndex", open_live_index)
    return opened


def test_an_assistant_has_its_settings(directories, live_index, tmp_path):
    """The index, the threshold, the reader, the reranker and the cache are those of the settings."""
    settings = AssistantSettings(tmp_path / "index", threshold=0.7, reader="none", cache=5)
    assistant = rag.assembly.make_assistant(settings)
    assert directories == [tmp_path / "index"]
    assert assistant.source is live_index
    assert (assistant.threshold, assistant.reader, assistant.reranker, assistant.cached) == (0.7, None, None, 5)


def test_a_reader_is_named_by_the_settings(directories, tmp_path):
    """Its files are looked for at once, and its model is not loaded yet."""
    assistant = rag.assembly.make_assistant(AssistantSettings(reader=str(tmp_path)))
    assert assistant.reader.name == str(tmp_path)


def test_a_threshold_out_of_range_is_refused(directories):
    """The error names the setting."""
    with pytest.raises(SettingError, match="RAG_THRESHOLD"):
        rag.assembly.make_assistant(AssistantSettings(threshold=1.5, reader="none"))
