"""`rag mcp` as a process, called by the SDK's own client over stdin and stdout."""

import os
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.conftest import REPOSITORY
from tests.integration.conftest import Rag


@pytest.mark.slow
def test_a_model_can_ask_and_read_what_is_cited(real_index: Path) -> None:
    """The quote stands in the article at its place; nothing but the protocol is on stdout."""
    command = ["-m", "web.cli", "mcp", "--index", str(real_index)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    parameters = StdioServerParameters(command=sys.executable, args=command, env=environment, cwd=REPOSITORY)

    async def run() -> None:
        async with Client(stdio_client(parameters), mode="legacy") as client:
            question = "When did Heydar Aliyev visit Pakistan?"
            answer = (await client.call_tool("ask", {"question": question})).structured_content
            assert answer is not None
            assert answer["answered"]
            cited = answer["citations"][0]
            read = await client.call_tool("read_article", {"article_id": cited["article_id"]})
            assert read.structured_content is not None
            assert read.structured_content["text"][cited["start"] : cited["end"]] == cited["quote"]

    anyio.run(run)


def test_without_an_index_it_says_so_on_stderr(rag: Rag, directory: Path) -> None:
    """It ends with 1 and the command that makes one; stdout stays empty."""
    done = rag("mcp", "--index", directory)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"rag index --index {directory}" in done.stderr
