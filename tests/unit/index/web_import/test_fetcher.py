"""The fetcher: a real server on loopback causes every refusal."""

import gzip
import itertools
import socket
from contextlib import nullcontext
from threading import Thread

import pytest

from index.errors import ForbiddenError, RefusedError, UnreachableError
from index.parsers.archives import gunzip
from index.web_import.address_policy import AddressPolicy
from index.web_import.fetcher import AGENT, Bounds, Fetcher
from tests.newsstand import PUBLIC, Answer, site

HTML = {"content-type": "text/html; charset=utf-8"}


def moved(location: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"location": location})


class TestReply:
    """Replies."""

    def test_a_page_comes_with_its_headers(self, news, fetcher):
        """A reply has the address, the status, the headers in lower case, and the body."""
        news.pages["/a"] = Answer(b"words", headers={"Content-Type": "Text/HTML; charset=x", "ETag": '"1"'})
        reply = fetcher.get(news.url("/a#part", "news.example"))
        assert (reply.url, reply.status, reply.body) == (news.url("/a", "news.example"), 200, b"words")
        assert (reply.content_type, reply.headers["etag"]) == ("text/html", '"1"')

    def test_it_says_who_asks_and_for_which_host(self, news, fetcher):
        """The agent names the project and its version; Host is the name, not the address; other headers go along."""
        news.pages["/"] = Answer(headers=HTML)
        fetcher.get(news.url("/", "news.example"), {"if-none-match": '"1"'})
        (_, headers), *_ = news.requests
        assert headers["user-agent"] == AGENT
        assert AGENT.startswith("caspian-indus-reader/0")
        assert headers["host"] == f"news.example:{news.port}"
        assert headers["if-none-match"] == '"1"'
        assert "cookie" not in headers

    def test_an_address_by_number_is_fetched_too(self, news, fetcher, backend):
        """IPv6 keeps its brackets where it is named as the host."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/", "[2606:4700::1111]")).body == b"words"
        assert news.requests[0][1]["host"] == f"[2606:4700::1111]:{news.port}"
        assert backend.addresses == ["2606:4700::1111"]

    @pytest.mark.parametrize("status", [204, 304, 404, 410, 500])
    def test_another_status_is_given_without_a_body(self, news, fetcher, status):
        """The caller decides what another status means."""
        news.pages["/"] = Answer(b"" if status in (204, 304) else b"words", status, HTML)
        reply = fetcher.get(news.url("/", "news.example"))
        assert (reply.status, reply.body) == (status, b"")

    @pytest.mark.parametrize("answer", [Answer(b"words", headers=HTML), Answer(status=304)])
    def test_one_connection_serves_many_requests(self, news, fetcher, backend, answer):
        """One connection to a host serves all of its pages, changed or not."""
        news.pages["/"] = answer
        for _ in range(3):
            assert fetcher.get(news.url("/", "news.example")).body == answer.body
        assert backend.addresses == [PUBLIC]


class TestGuarding:
    """Nothing but checked addresses is connected to."""

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
    def test_this_machine_is_not_fetched_from(self, news, host):
        """Loopback is refused in every spelling that the system's look-up accepts, and no request arrives."""
        fetcher = Fetcher(AddressPolicy())
        with pytest.raises(RefusedError):
            fetcher.get(news.url("/", host))
        assert news.requests == []

    def test_this_machine_is_fetched_from_where_allowed(self, news):
        """With allow_private loopback is reached through the system's own look-up and connection."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        fetcher = Fetcher(AddressPolicy(allow_private=True))
        assert fetcher.get(news.url("/", "localhost")).body == b"words"
        fetcher.close()

    @pytest.mark.parametrize("location", ["http://127.0.0.1:{port}/secret", "http://inside.example:{port}/secret"])
    def test_a_redirect_to_a_private_address_is_refused(self, news, fetcher, names, backend, location):
        """No connection goes to the private address, given as a number or as a name."""
        names["inside.example"] = ["10.0.0.1"]
        news.pages |= {"/": moved(location.format(port=news.port)), "/secret": Answer(b"secret", headers=HTML)}
        with pytest.raises(ForbiddenError, match="no address of the public web"):
            fetcher.get(news.url("/", "news.example"))
        assert news.paths == ["/"]
        assert backend.addresses == [PUBLIC]

    @pytest.mark.parametrize(
        "location",
        [
            "file:///etc/passwd",
            "ftp://news.example/",
            "gopher://127.0.0.1/",
            "http://user@news.example/",
            "http://[",
            "http://[x]/",
        ],
    )
    def test_a_redirect_to_something_else_is_refused(self, news, fetcher, location):
        """Only valid http and https addresses without a user name are followed."""
        news.pages["/"] = moved(location)
        with pytest.raises(RefusedError):
            fetcher.get(news.url("/", "news.example"))

    def test_a_name_is_looked_up_once_for_check_and_connection(self, news, backend):
        """A second look-up that would give a private address never happens: the checked address is used."""
        answers = iter([[PUBLIC], ["127.0.0.1"]])
        fetcher = Fetcher(AddressPolicy(resolve=lambda _host, _port: next(answers)), backend=backend)
        news.pages["/"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        assert backend.addresses == [PUBLIC]
        assert next(answers) == ["127.0.0.1"]
        fetcher.close()

    def test_a_new_connection_is_checked_anew(self, news, backend):
        """A name whose address is private at the next connection is refused then."""
        answers = iter([[PUBLIC], ["127.0.0.1"]])
        fetcher = Fetcher(AddressPolicy(resolve=lambda _host, _port: next(answers)), backend=backend)
        news.pages["/"] = Answer(iter([b"words"]), headers=HTML)  # the connection ends with it
        fetcher.get(news.url("/", "news.example"))
        with pytest.raises(ForbiddenError):
            fetcher.get(news.url("/", "news.example"))
        assert backend.addresses == [PUBLIC]

    def test_the_system_is_never_asked_for_the_name_again(self, news, monkeypatch):
        """The connection goes to a number, so the system looks up no name."""
        looked_up, real = [], socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *rest, **more: looked_up.append(host) or real(host, *rest, **more)
        )
        fetcher = Fetcher(AddressPolicy(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"]))
        news.pages["/"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        assert set(looked_up) == {"127.0.0.1"}
        fetcher.close()

    def test_the_next_address_is_tried_where_one_takes_no_connection(self, news):
        """The next address is used where the first does not answer."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        fetcher = Fetcher(AddressPolicy(allow_private=True, resolve=lambda _host, _port: ["127.0.0.2", "127.0.0.1"]))
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        fetcher.close()

    def test_encryption_names_the_host(self):
        """With https the server must prove the host's name, though the connection goes to a number."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            heard = []
            thread = Thread(target=lambda: heard.append(_first_bytes(listener)))
            thread.start()
            fetcher = Fetcher(AddressPolicy(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"]))
            with pytest.raises(UnreachableError):
                fetcher.get(f"https://news.example:{listener.getsockname()[1]}/")
            thread.join(30)
        assert b"news.example" in heard[0]

    def test_proxies_of_the_environment_are_not_used(self, news, monkeypatch):
        """A proxy could connect to an address that was not checked."""
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        news.pages["/"] = Answer(b"words", headers=HTML)
        fetcher = Fetcher(AddressPolicy(allow_private=True))
        assert fetcher.get(news.url("/")).body == b"words"
        fetcher.close()


def _first_bytes(listener: socket.socket) -> bytes:
    connection, _ = listener.accept()
    with connection:
        return connection.recv(4096)


class TestRedirects:
    """Redirects are followed up to a bound."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_followed_to_another_host(self, news, fetcher, status):
        """The reply has the last address; a relative address is resolved against the one that redirects."""
        news.pages |= {"/a/b": moved(news.url("/c/d", "other.example"), status), "/c/d": moved("e", status)}
        news.pages["/c/e"] = Answer(b"words", headers=HTML)
        reply = fetcher.get(news.url("/a/b", "news.example"))
        assert (reply.url, reply.body) == (news.url("/c/e", "other.example"), b"words")

    @pytest.mark.parametrize("location", ["/%C3%A4", "/ä", "/ä".encode().decode("latin-1")])
    def test_a_redirect_beyond_ascii_is_followed(self, news, fetcher, location):
        """The location may be percent-encoded, Latin-1, or UTF-8, which most servers send."""
        news.pages |= {"/": moved(location), "/%C3%A4": Answer(b"words", headers=HTML)}
        assert fetcher.get(news.url("/", "news.example")).body == b"words"

    def test_a_circle_of_redirects_is_refused(self, news, fetcher):
        """The sixth redirect is an error."""
        news.pages |= {"/a": moved("/b"), "/b": moved("/a")}
        with pytest.raises(UnreachableError, match="more than 5 times"):
            fetcher.get(news.url("/a", "news.example"))
        assert len(news.paths) == 6

    def test_five_redirects_are_followed(self, news, fetcher):
        """The bound itself is allowed."""
        news.pages |= {f"/{n}": moved(f"/{n + 1}") for n in range(5)}
        news.pages["/5"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/0", "news.example")).body == b"words"

    def test_a_slot_is_entered_for_each_request(self, news, fetcher):
        """A slot gets the address of each request, and may refuse it."""
        news.pages |= {"/a": moved("/b"), "/b": Answer(headers=HTML)}
        seen = []

        def slot(url):
            seen.append(url.path)
            return nullcontext()

        fetcher.get(news.url("/a", "news.example"), slot=slot)
        assert seen == ["/a", "/b"]


class TestBounds:
    """Bounds on size and time."""

    def test_an_endless_body_is_cut_off(self, news, fetcher):
        """Reading stops at the bound."""
        news.pages["/"] = Answer(itertools.repeat(b"x" * 1000), headers=HTML)
        with pytest.raises(RefusedError, match=r"larger than 0\.05 MB"):
            fetcher.get(news.url("/", "news.example"))

    def test_a_body_of_just_the_most_bytes_passes(self, news, fetcher):
        """The bound itself is allowed."""
        news.pages["/"] = Answer(b"x" * 50_000, headers=HTML)
        assert len(fetcher.get(news.url("/", "news.example")).body) == 50_000

    def test_packed_content_is_unpacked(self, news, fetcher):
        """Gzip is offered to the server, and its packed content is unpacked."""
        news.pages["/"] = Answer(gzip.compress(b"words"), headers={**HTML, "content-encoding": "gzip"})
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        assert news.requests[0][1]["accept-encoding"] == "gzip"

    def test_a_packed_bomb_is_refused(self, news, fetcher):
        """The bound holds for the unpacked content, and no more than that is kept in memory."""
        news.pages["/"] = Answer(gzip.compress(b"\0" * 10_000_000), headers={**HTML, "content-encoding": "gzip"})
        with pytest.raises(RefusedError, match="larger than"):
            fetcher.get(news.url("/", "news.example"))

    @pytest.mark.parametrize(
        "packed", [gzip.compress(b"words" * 99)[:-9], b"words", b"", b"\x1f\x8b\x08\0\0\0\0\0\0\xff"]
    )
    def test_what_can_not_be_unpacked_is_refused(self, packed):
        """Content that is cut short or no gzip is refused; empty content stays empty."""
        if packed:
            with pytest.raises(RefusedError, match="can't be unpacked"):
                gunzip(packed, 1000)
        else:
            assert gunzip(packed, 1000) == b""

    def test_a_packing_that_was_not_asked_for_is_refused(self, news, fetcher):
        """Only gzip was offered."""
        news.pages["/"] = Answer(b"words", headers={**HTML, "content-encoding": "br"})
        with pytest.raises(RefusedError, match='packed as "br"'):
            fetcher.get(news.url("/", "news.example"))

    def test_a_drip_does_not_outlast_the_time_of_a_request(self, news, fetcher, clock):
        """A request ends at its total time, though each byte comes within the read time."""

        def drip():
            while True:
                clock.seconds += 7
                yield b"x"

        news.pages["/"] = Answer(drip(), headers=HTML)
        with pytest.raises(UnreachableError, match="too long"):
            fetcher.get(news.url("/", "news.example"))
        assert clock.seconds >= 60

    def test_headers_that_drip_do_not_either(self, fetcher, clock):
        """The total time starts with the request, not with the body."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = Thread(target=_drip_headers, args=(listener, clock))
            thread.start()
            with pytest.raises(UnreachableError, match="too long"):
                fetcher.get(f"http://news.example:{listener.getsockname()[1]}/")
            thread.join(30)
            assert not thread.is_alive()

    def test_a_silent_server_is_given_up(self, policy, backend):
        """A server that accepts the connection and sends nothing is given up after the read time."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            fetcher = Fetcher(policy, Bounds(read=0.05), backend=backend)
            with pytest.raises(UnreachableError, match="too long"):
                fetcher.get(f"http://news.example:{listener.getsockname()[1]}/")

    def test_every_request_has_its_own_time(self, news, fetcher, clock):
        """The next request starts its time anew."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        for _ in range(2):
            assert fetcher.get(news.url("/", "news.example")).body == b"words"
            clock.seconds += 1000


def _drip_headers(listener: socket.socket, clock) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                clock.seconds += 7
                connection.sendall(b"x: y\r\n")
        except OSError:
            pass


class TestContentTypes:
    """Content types that may hold an article or links are accepted."""

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/html",
            "TEXT/HTML ; charset=utf-8",
            "application/xhtml+xml",
            "text/plain",
            "text/xml",
            "application/xml",
            "application/rss+xml",
            "application/atom+xml",
        ],
    )
    def test_pages_feeds_and_sitemaps_are_taken(self, news, fetcher, content_type):
        """HTML, XHTML, plain text and XML are accepted with any parameters."""
        news.pages["/"] = Answer(b"words", headers={"content-type": content_type})
        assert fetcher.get(news.url("/", "news.example")).body == b"words"

    @pytest.mark.parametrize(
        "content_type",
        ["image/png", "application/pdf", "application/octet-stream", "video/mp4", "image/svg+xml", "text/htmlx"],
    )
    def test_other_kinds_are_refused(self, news, fetcher, content_type):
        """The error names the content type."""
        news.pages["/"] = Answer(b"words", headers={"content-type": content_type})
        with pytest.raises(RefusedError, match=f'content type is "{content_type.replace("+", ".")}"'):
            fetcher.get(news.url("/", "news.example"))

    def test_what_does_not_say_its_kind_is_refused(self, news, fetcher):
        """No content type is guessed."""
        news.pages["/"] = Answer(b"words", headers={})
        with pytest.raises(RefusedError, match="does not state its content type"):
            fetcher.get(news.url("/", "news.example"))

    @pytest.mark.parametrize("content_type", ["application/gzip", "application/x-gzip", "application/octet-stream"])
    def test_a_packed_file_is_taken_by_its_name(self, news, fetcher, content_type):
        """A sitemap may be a .gz file; other packed files are refused."""
        news.pages |= dict.fromkeys(["/sitemap.xml.gz", "/film"], Answer(b"x", headers={"content-type": content_type}))
        assert fetcher.get(news.url("/sitemap.xml.gz", "news.example")).body == b"x"
        with pytest.raises(RefusedError, match="its content type is"):
            fetcher.get(news.url("/film", "news.example"))

    def test_any_content_type_can_be_asked_for(self, news, fetcher):
        """A robots.txt is read with any content type."""
        news.pages["/"] = Answer(b"words", headers={})
        assert fetcher.get(news.url("/", "news.example"), any_content_type=True).body == b"words"


class TestUnreachable:
    """Servers that give no usable answer."""

    def test_nobody_listening_is_said(self, fetcher):
        """The error gives the system's reason."""
        with site() as gone:
            address = gone.url("/", "news.example")
        with pytest.raises(UnreachableError, match="can't be reached.*refused"):
            fetcher.get(address)

    @pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nwords"])
    def test_an_answer_that_is_none_is_said(self, fetcher, sent):
        """An answer that is no HTTP, or ends too soon, is refused."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = Thread(target=_send, args=(listener, sent))
            thread.start()
            with pytest.raises(RefusedError):
                fetcher.get(f"http://news.example:{listener.getsockname()[1]}/")
            thread.join(30)


def _send(listener: socket.socket, data: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(data)
