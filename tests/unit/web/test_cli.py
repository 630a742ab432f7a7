"""`rag serve`, its settings, and the one `rag` command."""

import json
import signal
import socket
import subprocess
import sys
from importlib import metadata

import pytest
from typer.testing import CliRunner

import web.cli
from index.commands import DEFAULT_INDEX
from tests.conftest import REPOSITORY
from tests.unit.web.conftest import on_loopback
from web.errors import AddressInUseError
from web.listener import bind
from web.server import server_of
from web.settings import Settings

KEYLESS = {"rate_per_key": "often", "rate_per_address": "5/fortnight", "time_limit": "0", "log_format": "xml"}
COMMANDS = {"index", "status", "verify", "ask", "search", "eval", "feedback", "serve"}


def run(*words, env=None):
    return CliRunner().invoke(web.cli.app, list(map(str, words)), env=env)


@pytest.fixture
def served(monkeypatch):
    """The settings that `rag serve` would serve with; nothing is served."""
    seen = []
    monkeypatch.setattr(web.cli, "_serve", lambda settings, listener, as_json: seen.append(settings))
    return seen


VALUES = {
    "cache": ("7", 7),
    "index": ("elsewhere", "elsewhere"),
    "keep": ("5", 5),
    "host": ("127.0.0.2", "127.0.0.2"),
    "port": ("0", 0),
    "threshold": ("0.75", 0.75),
    "reader": ("none", "none"),
    "reranker": ("some/model", "some/model"),
    "feedback": ("votes.sqlite", "votes.sqlite"),
    "site_name": ("Tea House", "Tea House"),
    "max_body_bytes": ("4096", 4096),
    "max_chat_body_bytes": ("4096", 4096),
    "root_path": ("/documents", "/documents"),
    "connections": ("50", 50),
    "keys_file": ("keys", "keys"),
    "insecure": ("1", True),
    "allowed_hosts": ("ask.example.org", "ask.example.org"),
    "allowed_origins": ("https://example.org", "https://example.org"),
    "trusted_proxies": ("10.0.0.1", "10.0.0.1"),
    "rate_per_key": ("5/second", "5/second"),
    "rate_per_address": ("off", "off"),
    "at_once": ("3", 3),
    "waiting": ("0", 0),
    "time_limit": ("2.5", 2.5),
    "stop_seconds": ("5", 5),
    "log_format": ("json", "json"),
    "log_questions": ("1", True),
}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_a_variable(monkeypatch, name):
    """RAG_ and the field's name in capitals sets it; a new field needs a value here."""
    text, expected = VALUES[name]
    monkeypatch.setenv(f"RAG_{name.upper()}", text)
    value = getattr(Settings(), name)
    assert type(expected)(value) == expected
    assert value != Settings.model_fields[name].default


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is(name):
    """Each setting has a description that is a sentence."""
    assert Settings.model_fields[name].description.endswith(".")


def test_a_flag_goes_before_the_environment_and_that_before_the_default(served):
    """The port comes from the flag, the threshold from the variable, and the host from the default."""
    env = {"RAG_PORT": "1", "RAG_THRESHOLD": "0.25"}
    assert run("serve", "--port", 0, env=env).exit_code == 0
    (settings,) = served
    assert (settings.port, settings.threshold, settings.host) == (0, 0.25, "127.0.0.1")


def test_every_flag_of_serve_is_a_setting(served, tmp_path):
    """The flags for index, host, port, threshold and reranker set the settings of the same names."""
    address = ("--index", tmp_path, "--host", "127.0.0.1", "--port", 0)
    assert run("serve", *address, "--threshold", 0.75, "--reranker", "some/model").exit_code == 0
    (settings,) = served
    assert (settings.index, settings.host, settings.port, settings.threshold) == (tmp_path, "127.0.0.1", 0, 0.75)
    assert settings.reranker == "some/model"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAG_PORT", "many"),
        ("RAG_PORT", "70000"),
        ("RAG_THRESHOLD", "2"),
        ("RAG_MAX_BODY_BYTES", "0"),
    ],
)
def test_a_bad_variable_is_one_sentence_and_wrong_usage(served, name, value):
    """The sentence names the variable and its value; the exit code is 2, and nothing is served."""
    result = run("serve", env={name: value})
    assert (result.exit_code, result.stdout, served) == (2, "", [])
    assert result.stderr.startswith(f"rag: {name} is {value!r}: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["RAG_PORT", "RAG_HOST", "RAG_THRESHOLD", "RAG_INDEX"])
def test_an_empty_variable_is_as_unset(name, monkeypatch):
    """An empty RAG_HOST does not open every address of the machine."""
    monkeypatch.setenv(name, "")
    assert Settings() == Settings(index=DEFAULT_INDEX)


@pytest.mark.parametrize("words", [("--port", 70000), ("--port", "x"), ("--threshold", 1.5), ("--colour", "red")])
def test_a_bad_flag_is_wrong_usage(served, words):
    """The exit code is 2, and nothing is served."""
    assert run("serve", *words).exit_code == 2
    assert served == []


def test_a_bad_variable_is_a_json_document_too(served):
    """With --json stdout holds the error, as for every other failure."""
    result = run("serve", "--json", env={"RAG_PORT": "many"})
    assert result.exit_code == 2
    assert "RAG_PORT" in json.loads(result.stdout)["error"]["what"]


@pytest.fixture
def taken():
    """A port that something listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_taken_port_is_one_sentence_and_a_failure(served, taken):
    """The sentence names the address and how to take a free port; no index is opened."""
    result = run("serve", "--port", taken)
    assert (result.exit_code, result.stdout, served) == (1, "", [])
    assert f"127.0.0.1:{taken}" in result.stderr
    assert "--port 0 takes a free port" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_is_taken_before_anybody_can_connect(host):
    """A client that connects while models load is refused at once and does not wait."""
    with bind(host, 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConnectionRefusedError), socket.create_connection((host, port), timeout=5):
            pass
        listener.listen()
        socket.create_connection((host, port), timeout=5).close()
        with pytest.raises(AddressInUseError, match=f"{port}.*--port 0"):
            bind(host, port)


def test_a_taken_port_is_a_json_document_too(served, taken):
    """With --json stdout holds the error."""
    error = json.loads(run("serve", "--port", taken, "--json").stdout)["error"]
    assert error["type"] == "AddressInUse"


def test_a_missing_index_is_one_sentence_and_a_failure(directory):
    """Serving without an index fails with the command that makes one."""
    result = run("serve", "--index", directory, "--port", 0)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"rag index --index {directory}" in result.stderr


def test_a_missing_reranker_is_one_sentence_and_a_failure(monkeypatch, built, live_index):
    """Serving with a model that is not on this machine fails at once, and names the setting, below what was begun."""
    monkeypatch.setattr("rag.assembly.LiveIndex", lambda directory: live_index)
    result = run("serve", "--index", built, "--port", 0, env={"RAG_RERANKER": "nobody/no-such-model"})
    assert (result.exit_code, result.stdout) == (1, "")
    assert "RAG_RERANKER" in result.stderr
    opening, error = result.stderr.splitlines()
    assert opening.endswith("…")
    assert error.startswith("rag: ")


def test_the_address_is_announced_with_the_port_that_was_taken(monkeypatch, built, live_index):
    """Port 0 takes a free port, and the address with that port is printed."""
    import uvicorn

    monkeypatch.setattr("rag.assembly.LiveIndex", lambda directory: live_index)
    monkeypatch.setattr("web.logs.configure", lambda form: None)  # which is for a process of its own

    def start(server, sockets):
        server.config.app.state.announced = sockets[0].getsockname()[1]
        from starlette.testclient import TestClient

        with TestClient(server.config.app):
            pass

    monkeypatch.setattr(uvicorn.Server, "run", start)
    address = json.loads(run("serve", "--index", built, "--port", 0, "--json").stdout)["address"]
    assert address.startswith("http://127.0.0.1:")
    assert int(address.rsplit(":", 1)[1]) > 0
    result = run("serve", "--index", built, "--port", 0)
    assert result.stdout.startswith("Answering at http://127.0.0.1:")
    assert result.stderr.startswith("Opening the index and loading the models…\n")


@pytest.mark.parametrize(("settings", "cached"), [({}, 1024), ({"cache": 0}, 0)])
def test_the_server_keeps_answers_unless_told_not_to(monkeypatch, built, live_index, settings, cached):
    """The cache holds as many answers as RAG_CACHE says."""
    monkeypatch.setattr("rag.assembly.LiveIndex", lambda directory: live_index)
    assert web.cli._ready_assistant(Settings(index=built, reader="none", **settings)).cached == cached


def test_help_lists_every_command():
    """One `rag` holds the commands of all three rooms, and what is said of each fits its line."""
    result = run("--help")
    assert result.exit_code == 0
    listed = {words[0] for words in map(str.split, result.stdout.splitlines()) if len(words) > 2}
    assert listed >= COMMANDS | {"mcp"}
    assert "..." not in result.stdout.partition("Commands:")[2]


def test_version_is_that_of_the_package():
    """--version prints one line."""
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"rag {metadata.version('caspian-indus-reader')}\n")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_takes_index_and_json(command):
    """Each command lists --index and --json in its help."""
    result = CliRunner().invoke(web.cli.app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "--index" in result.stdout
    assert "--json" in result.stdout


def test_help_imports_nothing_heavy():
    """`rag --help` is quick, since numpy, torch, faiss, fastapi, rich and the like are not imported."""
    program = (
        "import sys, web.cli\n"
        "try: web.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'torch', 'faiss', 'fastapi', 'tantivy', 'pydantic', 'sentence_transformers'}\n"
        "heavy |= {'uvicorn', 'mcp', 'rich'}\n"
        "sys.exit(f'imported: {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


@pytest.mark.parametrize(("name", "value"), KEYLESS.items())
def test_a_setting_with_a_wrong_value_is_named(served, name, value):
    """It is wrong usage; the message has the variable and its value."""
    result = run("serve", "--port", 0, env={f"RAG_{name.upper()}": value})
    assert result.exit_code == 2
    assert f"RAG_{name.upper()} is '{value}'" in result.stderr
    assert served == []


def test_another_address_without_keys_is_refused_with_the_command(served, tmp_path):
    """Before anything is loaded: one sentence; with --insecure or with keys it serves."""
    result = run("serve", "--host", "0.0.0.0", "--port", 0)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "rag key NAME" in result.stderr
    assert "--insecure" in result.stderr
    assert served == []
    assert run("serve", "--host", "0.0.0.0", "--port", 0, "--insecure").exit_code == 0
    assert run("key", "laptop", "--keys-file", tmp_path / "keys").exit_code == 0
    assert run("serve", "--host", "0.0.0.0", "--port", 0, "--keys-file", tmp_path / "keys").exit_code == 0
    assert [settings.insecure for settings in served] == [True, False]


def test_rag_key_prints_a_key_that_the_file_opens_to(tmp_path):
    """The key alone on stdout, by the flag or the variable; --json has its name and role."""
    from web.middleware.keys import Role, read_keys

    path = tmp_path / "keys"
    plain = run("key", "laptop", "--keys-file", path)
    document = json.loads(run("key", "ops", "--role", "admin", "--json", env={"RAG_KEYS_FILE": str(path)}).stdout)
    keyring = read_keys(path)
    assert keyring.find(plain.stdout.strip()).role == Role.ASK
    assert (keyring.find(document["key"]).role, document["name"], document["role"]) == (Role.ADMIN, "ops", "admin")
    assert plain.stdout.strip() not in path.read_text()


def test_rag_key_says_what_is_wrong(tmp_path):
    """A taken name is wrong usage, in one sentence."""
    run("key", "laptop", "--keys-file", tmp_path / "keys")
    result = run("key", "laptop", "--keys-file", tmp_path / "keys")
    assert (result.exit_code, result.stdout) == (2, "")
    assert 'named "laptop"' in result.stderr


@pytest.mark.parametrize(
    ("proxies", "address", "forwarded", "status"),
    [
        ("", "127.0.0.1", "198.51.100.1", 403),
        ("127.0.0.1", "127.0.0.1", "198.51.100.1", 403),
        ("", "198.51.100.1", "127.0.0.1", 403),
        ("203.0.113.0/24", "198.51.100.1", "127.0.0.1", 403),
        ("203.0.113.0/24, 127.0.0.1", "203.0.113.9", "198.51.100.1, 127.0.0.1", 403),
    ],
)
def test_a_server_believes_only_the_proxies_it_is_told(client, proxies, address, forwarded, status):
    """Who a request is from, here whether from this machine, is not what anybody writes into a header."""
    config = server_of(client.app, Settings(trusted_proxies=proxies)).config
    config.load()
    caller = on_loopback(config.loaded_app, address)
    assert caller.get("/metrics", headers={"x-forwarded-for": forwarded}).status_code == status


def test_a_server_is_told_how_long_answers_may_take_to_end(client):
    """And tells the app that it stops before it waits."""
    server = server_of(client.app, Settings(stop_seconds=7))
    assert server.config.timeout_graceful_shutdown == 7
    server.handle_exit(signal.SIGTERM, None)
    assert (server.should_exit, client.get("/readyz").json()["status"]) == (True, "stopping")
