"""The server's settings, read from environment variables.

A flag of `rag serve` wins over the environment, and that over the default.
"""

from pathlib import Path
from typing import Annotated, Literal

from limits import RateLimitItem, parse
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.commands import DEFAULT_INDEX
from index.engine.local.retention import KEPT
from rag.settings import DEFAULT_THRESHOLD
from web.addresses import is_loopback, parse_root_path

OFF = "off"


def parse_rate(text: str) -> RateLimitItem | None:
    """A rate such as 100/minute, or None if it is off.

    Raises:
        ValueError: the text is no rate.
    """
    return None if text == OFF else parse(text)


def _check_rate(text: str) -> str:
    parse_rate(text)
    return text


Rate = Annotated[str, AfterValidator(_check_rate)]
RootPath = Annotated[str, AfterValidator(parse_root_path)]


class Settings(BaseSettings):
    """Each field is read from an environment variable: RAG_ and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="RAG_", env_ignore_empty=True, frozen=True)

    index: Path = Field(DEFAULT_INDEX, description="The index directory.")
    keep: int = Field(KEPT, ge=1, description="How many generations stay on the disk after a re-index.")
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    threshold: float = Field(
        DEFAULT_THRESHOLD, ge=0.0, le=1.0, description="The confidence below which a question is declined."
    )
    reader: str = Field(
        "shipped",
        min_length=1,
        description='The reader: "shipped", "none" for speed, or a Hugging Face question-answering model.',
    )
    reranker: str = Field("", description="A cross-encoder, by name or path, that puts the passages in order.")
    cache: int = Field(
        1024, ge=0, description="How many answers are kept for the same question asked again; 0 keeps none."
    )
    feedback: Path | None = Field(
        None,
        description="The file that keeps votes on answers; by default feedback.sqlite in the index.",
    )
    site_name: str = Field("Caspian–Indus Reader", description="The name at the head of every page.")
    max_body_bytes: int = Field(65_536, ge=1, description="The largest request body, in bytes.")
    max_chat_body_bytes: int = Field(
        1_000_000, ge=1, description="The largest request body below /v1, whose clients send every turn, in bytes."
    )
    keys_file: Path | None = Field(None, description="The file of keys; without one, no key is asked for.")
    insecure: bool = Field(default=False, description="Serve others than this machine without keys.")
    allowed_hosts: str = Field(
        "", description="The hosts a request may name, separated by commas; * stands for any part of one."
    )
    allowed_origins: str = Field(
        "", description="Origins whose pages may use the interface from a browser (CORS), separated by commas."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses of proxies whose X-Forwarded-For, -Proto and -Prefix are believed, separated by commas.",
    )
    root_path: RootPath = Field(
        "", description="The prefix below which a proxy shows this site, such as /documents, by default none."
    )
    connections: int = Field(
        1000, ge=1, description="How many connections may be open; fewer if the process may not open so many files."
    )
    rate_per_key: Rate = Field("600/minute", description='How often one key may ask; or "off".')
    rate_per_address: Rate = Field(
        "300/minute", description='How often one address other than this machine may ask; or "off".'
    )
    at_once: int = Field(0, ge=0, description="How many questions are answered at once; 0: one a processor.")
    waiting: int = Field(64, ge=0, description="How many more questions may wait.")
    time_limit: float = Field(30.0, gt=0, description="Seconds within which a response must have begun.")
    stop_seconds: int = Field(20, ge=0, description="Seconds that answers may take to end when the server is stopped.")
    log_format: Literal["auto", "json", "plain"] = Field(
        "auto", description='The form of log lines: "json", "plain", or "auto", plain on a terminal.'
    )
    log_questions: bool = Field(default=False, description="Write the text of questions to the log.")

    def hosts(self) -> list[str]:
        """The hosts a request may name, in lower case. If unset: on loopback this machine's own, elsewhere any."""
        if self.allowed_hosts or not is_loopback(self.host):
            return _split(self.allowed_hosts.lower())
        return ["localhost", "127.0.0.1", "::1", self.host.lower()]

    def origins(self) -> list[str]:
        """The origins whose pages may use the interface."""
        return _split(self.allowed_origins)

    def proxies(self) -> list[str]:
        """The trusted proxies."""
        return _split(self.trusted_proxies)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
