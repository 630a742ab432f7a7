"""`rag serve`, and the one `rag` command that joins the three rooms' commands."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import index.cli
import rag.cli
import rag.evaluation.cli
from index.console import failures, note, say, show_json
from rag.errors import SettingError

if TYPE_CHECKING:
    import socket

    from rag.assistant import Assistant
    from web.settings import Settings

app = typer.Typer(
    name="rag",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich takes as long to import as all else that help needs
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(show: bool) -> None:
    if show:
        from importlib.metadata import version

        say(f"rag {version('caspian-indus-reader')}")
        raise typer.Exit


@app.callback()
def rag_options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask questions of a body of documents: answers are quoted sentences with exact citations."""


servers = typer.Typer()


@servers.command("serve")
def serve_command(
    index_directory: Annotated[Path | None, typer.Option("--index", help="The index directory.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = None,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="Decline below this confidence.")] = None,
    reader: Annotated[str | None, typer.Option(help='The reader: "shipped", "none", or another.')] = None,
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder that orders the passages.")] = None,
    keys_file: Annotated[Path | None, typer.Option(help="The file of keys; without one, no key is asked for.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Serve other machines without keys.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as a JSON document.")] = False,
) -> None:
    """Serve the chat page and the HTTP interface. A flag wins over its RAG_ variable, and that over the default."""
    flags = {"index": index_directory, "host": host, "port": port, "threshold": threshold}
    flags |= {"reader": reader, "reranker": reranker, "keys_file": keys_file, "insecure": insecure or None}
    with failures(as_json, usage=(SettingError,)):
        settings = _settings(flags)

        from web.listener import bind
        from web.middleware.keys import keyring_of

        keyring_of(settings)  # so that wrong keys are reported before an address is taken and a model loaded
        with bind(settings.host, settings.port) as listener:
            _serve(settings, listener, as_json)


@servers.command("key")
def key_command(
    name: Annotated[str, typer.Argument(help="The name of the key in the log: who has it.")],
    keys_file: Annotated[Path, typer.Option(envvar="RAG_KEYS_FILE", help="The file that the key's line is added to.")],
    role: Annotated[Literal["ask", "admin"], typer.Option(help="What it may do; admin may re-index too.")] = "ask",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Make a key for the server and print it. The file holds only its hash, so it can't be printed again."""
    from web.middleware.keys import Role, add_key

    with failures(as_json, usage=(SettingError,)):
        key = add_key(keys_file, name, Role[role.upper()])
        if as_json:
            show_json({"key": key, "name": name, "role": role})
        else:
            say(key)
            note(
                f"Its line is in {keys_file}. A server that has the file knows the key within a second; to start one:"
                f" rag serve --keys-file {keys_file}"
            )


@servers.command("mcp")
def mcp_command(
    index_directory: Annotated[Path | None, typer.Option("--index", help="The index directory.")] = None,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="Decline below this confidence.")] = None,
    reader: Annotated[str | None, typer.Option(help='The reader: "shipped", "none", or another.')] = None,
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder that puts the passages in order.")] = None,
) -> None:
    """Give a language model the tools search, ask and read_article. They speak MCP over stdin and stdout."""
    flags = {"index": index_directory, "threshold": threshold, "reader": reader, "reranker": reranker}
    with failures(as_json=False, usage=(SettingError,)):  # stdout belongs to the protocol
        assistant = _ready_assistant(_settings(flags), "web.api.mcp")

        from web.api.mcp import Tools, mcp_server

        with suppress(KeyboardInterrupt):
            mcp_server(Tools(assistant)).run("stdio")


for commands in (index.cli.app, rag.cli.app, servers, rag.evaluation.cli.app):
    app.add_typer(commands)  # in the order in which help lists them


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for terminals whose encoding lacks a character of an answer
    # Imports make many objects and next to no cycles. Looking for cycles as often as Python does by itself would be a
    # twelfth of the time until a server is ready.
    gc.set_threshold(200_000)
    app()


def _settings(flags: dict[str, Any]) -> "Settings":
    """The settings with these flags; a flag that is None was not given."""
    from pydantic import ValidationError

    from web.settings import Settings

    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"RAG_{str(first['loc'][0]).upper()}"
        raise SettingError(
            f"{name} is {first['input']!r}: {first['msg']}.", "Set it right, or leave it unset."
        ) from error


def _ready_assistant(settings: "Settings", *imports: str) -> "Assistant":
    """The assistant of these settings with its models loaded, so that a failure is reported before serving.

    These modules, which are slow to import, are imported while the models are loaded.
    """
    from rag.assembly import make_assistant
    from rag.settings import AssistantSettings

    note("Opening the index and loading the models…")
    assistant = make_assistant(
        AssistantSettings(settings.index, settings.threshold, settings.reader, settings.reranker, settings.cache)
    )
    with ThreadPoolExecutor(1, thread_name_prefix="loading") as pool:
        loading = pool.submit(assistant.warm_up)
        if assistant.imports_pytorch():
            wait([loading])
        for name in imports:
            import_module(name)
        loading.result()
    return assistant


def _serve(settings: "Settings", listener: "socket.socket", as_json: bool) -> None:
    assistant = _ready_assistant(settings, "web.server", "web.app")

    from web import logs
    from web.app import create_app
    from web.listener import listen
    from web.server import server_of

    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def announce() -> None:
        if as_json:
            show_json({"address": address})
        else:
            say(f"Answering at {address} (Ctrl-C stops)")

    logs.configure(settings.log_format)
    listen(listener)
    with suppress(KeyboardInterrupt):  # uvicorn stops in order, then raises Ctrl-C again
        server_of(create_app(assistant, settings, announce), settings).run(sockets=[listener])
    note("Stopped.")


if __name__ == "__main__":
    main()
