"""The server's settings, and the only place that reads its environment variables.

A flag of `rag serve` goes before the environment, and that before the default.
"""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.console import DEFAULT_INDEX
from rag.assistant import DEFAULT_THRESHOLD


class Settings(BaseSettings):
    """Each field is the environment variable RAG_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="RAG_", env_ignore_empty=True, frozen=True)

    index: Path = Field(DEFAULT_INDEX, description="The index directory.")
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    threshold: float = Field(
        DEFAULT_THRESHOLD, ge=0.0, le=1.0, description="The confidence below which a question is declined."
    )
    reader: str = Field(
        "shipped",
        min_length=1,
        description='The reading model: "shipped", "none" for speed, or a Hugging Face question-answering model.',
    )
    reranker: str = Field("", description="A cross-encoder, by name or path, that puts the passages in order.")
    feedback: Path | None = Field(
        None,
        description="The file that keeps readers' votes; by default feedback.sqlite in the index.",
    )
    site_name: str = Field("Caspian–Indus Reader", description="The name at the head of every page.")
    max_body_bytes: int = Field(65_536, ge=1, description="The largest request body, in bytes.")
