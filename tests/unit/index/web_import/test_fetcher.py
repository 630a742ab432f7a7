"""The one way out: every refusal is caused for real, by a server on loopback."""

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
    """What comes back."""

    def test_a_page_comes_with_its_headers(self, news, fetcher):
        """Address, status, headers in lower case, and the body."""
        news.pages["/a"] = Answer(b"words", headers={"Content-Type": "Text/HTML; charset=x", "ETag": '"1"'})
        reply = fetcher.get(news.url("/a#part", "news.example"))
        assert (reply.url, reply.status, reply.body) == (news.url("/a", "news.example"), 200, b"words")
        assert (reply.kind, reply.headers["etag"]) == ("text/html", '"1"')

    def test_it_says_who_asks_and_for_which_host(self, news, fetcher):
        """The agent names the project and its version; Host is the name, not the address; other headers go along."""
        news.pages["/"] = Answer(headers=HTML)
        fetcher.get(news.url("/", "news.example"), {"if-none-match": '"1"'})
        (_, headers), *_ = news.asked
        assert headers["user-agent"] == AGENT
        assert AGENT.startswith("caspian-indus-reader/0")
        assert headers["host"] == f"news.example:{news.port}"
        assert headers["if-none-match"] == '"1"'
        assert "cookie" not in headers

    def test_an_address_by_number_is_fetched_too(self, news, fetcher, dial):
        """IPv6 keeps its brackets where it is named as the host."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/", "[2606:4700::1111]")).body == b"words"
        assert news.asked[0][1]["host"] == f"[2606:4700::1111]:{news.port}"
        assert dial.dialled == ["2606:4700::1111"]

    @pytest.mark.parametrize("status", [204, 304, 404, 410, 500])
    def test_another_status_is_given_without_a_body(self, news, fetcher, status):
        """Whether a page is there is for the caller to judge."""
        news.pages["/"] = Answer(b"" if status in (204, 304) else b"words", status, HTML)
        reply = fetcher.get(news.url("/", "news.example"))
        assert (reply.status, reply.body) == (status, b"")

    @pytest.mark.parametrize("answer", [Answer(b"words", headers=HTML), Answer(status=304)])
    def test_one_connection_serves_many_requests(self, news, fetcher, dial, answer):
        """A host is not connected to again for each page, whether it has changed or not."""
        news.pages["/"] = answer
        for _ in range(3):
            assert fetcher.get(news.url("/", "news.example")).body == answer.body
        assert dial.dialled == [PUBLIC]


class TestGuarding:
    """Nothing but checked addresses is connected to."""

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
    def test_this_machine_is_not_fetched_from(self, news, host):
        """By the system's own look-up loopback is refused in every spelling, and no request arrives."""
        fetcher = Fetcher(AddressPolicy())
        with pytest.raises(RefusedError):
            fetcher.get(news.url("/", host))
        assert news.asked == []

    def test_this_machine_is_fetched_from_where_allowed(self, news):
        """With allow_private it is, through the system's own look-up and connection."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        fetcher = Fetcher(AddressPolicy(allow_private=True))
        assert fetcher.get(news.url("/", "localhost")).body == b"words"
        fetcher.close()

    @pytest.mark.parametrize("location", ["http://127.0.0.1:{port}/secret", "http://inside.example:{port}/secret"])
    def test_a_redirect_to_a_private_address_is_refused(self, news, fetcher, names, dial, location):
        """By number or by a name that resolves to it, the private address is not connected to."""
        names["inside.example"] = ["10.0.0.1"]
        news.pages |= {"/": moved(location.format(port=news.port)), "/secret": Answer(b"secret", headers=HTML)}
        with pytest.raises(ForbiddenError, match="no address of the public web"):
            fetcher.get(news.url("/", "news.example"))
        assert news.paths == ["/"]
        assert dial.dialled == [PUBLIC]

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
        """Only http and https without a user name are followed, and what is no address is not."""
        news.pages["/"] = moved(location)
        with pytest.raises(RefusedError):
            fetcher.get(news.url("/", "news.example"))

    def test_a_name_is_looked_up_once_for_check_and_connection(self, news, dial):
        """An answer that turns private after the check is never seen: the checked address is connected to."""
        answers = iter([[PUBLIC], ["127.0.0.1"]])
        fetcher = Fetcher(AddressPolicy(resolve=lambda _host, _port: next(answers)), dial=dial)
        news.pages["/"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        assert dial.dialled == [PUBLIC]
        assert next(answers) == ["127.0.0.1"]
        fetcher.close()

    def test_a_new_connection_is_checked_anew(self, news, dial):
        """A name whose address has turned private by the next connection is refused then."""
        answers = iter([[PUBLIC], ["127.0.0.1"]])
        fetcher = Fetcher(AddressPolicy(resolve=lambda _host, _port: next(answers)), dial=dial)
        news.pages["/"] = Answer(iter([b"words"]), headers=HTML)  # the connection ends with it
        fetcher.get(news.url("/", "news.example"))
        with pytest.raises(ForbiddenError):
            fetcher.get(news.url("/", "news.example"))
        assert dial.dialled == [PUBLIC]

    def test_the_system_is_never_asked_for_the_name_again(self, news, monkeypatch):
        """The real connection is made by number: the system's look-up sees no name."""
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
        """Of two checked addresses the one that answers serves."""
        news.pages["/"] = Answer(b"words", headers=HTML)
        fetcher = Fetcher(AddressPolicy(allow_private=True, resolve=lambda _host, _port: ["127.0.0.2", "127.0.0.1"]))
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        fetcher.close()

    def test_encryption_names_the_host(self):
        """With https the name that is to be proven is the host's, though the connection goes to a number."""
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
        """A proxy would connect to what nobody has checked."""
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
    """They are followed so far and no farther."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_followed_to_another_host(self, news, fetcher, status):
        """The reply is of where it ended; a relative address starts from where it stands."""
        news.pages |= {"/a/b": moved(news.url("/c/d", "other.example"), status), "/c/d": moved("e", status)}
        news.pages["/c/e"] = Answer(b"words", headers=HTML)
        reply = fetcher.get(news.url("/a/b", "news.example"))
        assert (reply.url, reply.body) == (news.url("/c/e", "other.example"), b"words")

    @pytest.mark.parametrize("spelled", ["/%C3%A4", "/ä", "/ä".encode().decode("latin-1")])
    def test_a_redirect_beyond_ascii_is_followed(self, news, fetcher, spelled):
        """In the escapes of the standard, in Latin-1, or in UTF-8 as most servers send it."""
        news.pages |= {"/": moved(spelled), "/%C3%A4": Answer(b"words", headers=HTML)}
        assert fetcher.get(news.url("/", "news.example")).body == b"words"

    def test_a_circle_of_redirects_is_refused(self, news, fetcher):
        """After five redirects it ends."""
        news.pages |= {"/a": moved("/b"), "/b": moved("/a")}
        with pytest.raises(UnreachableError, match="more than 5 times"):
            fetcher.get(news.url("/a", "news.example"))
        assert len(news.paths) == 6

    def test_five_redirects_are_followed(self, news, fetcher):
        """The fifth is the last that is."""
        news.pages |= {f"/{n}": moved(f"/{n + 1}") for n in range(5)}
        news.pages["/5"] = Answer(b"words", headers=HTML)
        assert fetcher.get(news.url("/0", "news.example")).body == b"words"

    def test_a_turn_is_taken_for_each_request(self, news, fetcher):
        """Whoever paces the requests sees each address, and may refuse it."""
        news.pages |= {"/a": moved("/b"), "/b": Answer(headers=HTML)}
        seen = []

        def turn(url):
            seen.append(url.path)
            return nullcontext()

        fetcher.get(news.url("/a", "news.example"), turn=turn)
        assert seen == ["/a", "/b"]


class TestBounds:
    """Nothing is without end."""

    def test_an_endless_body_is_cut_off(self, news, fetcher):
        """Past the most bytes the rest is not read."""
        news.pages["/"] = Answer(itertools.repeat(b"x" * 1000), headers=HTML)
        with pytest.raises(RefusedError, match=r"larger than 0\.05 MB"):
            fetcher.get(news.url("/", "news.example"))

    def test_a_body_of_just_the_most_bytes_passes(self, news, fetcher):
        """The bound itself is allowed."""
        news.pages["/"] = Answer(b"x" * 50_000, headers=HTML)
        assert len(fetcher.get(news.url("/", "news.example")).body) == 50_000

    def test_packed_content_is_unpacked(self, news, fetcher):
        """A server may pack what it sends, as it is told it may."""
        news.pages["/"] = Answer(gzip.compress(b"words"), headers={**HTML, "content-encoding": "gzip"})
        assert fetcher.get(news.url("/", "news.example")).body == b"words"
        assert news.asked[0][1]["accept-encoding"] == "gzip"

    def test_a_packed_bomb_is_refused(self, news, fetcher):
        """The bound holds for what was unpacked, and no more than that is held."""
        news.pages["/"] = Answer(gzip.compress(b"\0" * 10_000_000), headers={**HTML, "content-encoding": "gzip"})
        with pytest.raises(RefusedError, match="larger than"):
            fetcher.get(news.url("/", "news.example"))

    @pytest.mark.parametrize(
        "packed", [gzip.compress(b"words" * 99)[:-9], b"words", b"", b"\x1f\x8b\x08\0\0\0\0\0\0\xff"]
    )
    def test_what_can_not_be_unpacked_is_refused(self, packed):
        """Cut short or no gzip at all, it is refused; nothing at all is nothing."""
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
        """A byte now and then keeps no request alive, though each comes soon enough."""

        def drip():
            while True:
                clock.seconds += 7
                yield b"x"

        news.pages["/"] = Answer(drip(), headers=HTML)
        with pytest.raises(UnreachableError, match="too long"):
            fetcher.get(news.url("/", "news.example"))
        assert clock.seconds >= 60

    def test_headers_that_drip_do_not_either(self, fetcher, clock):
        """The time counts from the request on, not from the body."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = Thread(target=_drip_headers, args=(listener, clock))
            thread.start()
            with pytest.raises(UnreachableError, match="too long"):
                fetcher.get(f"http://news.example:{listener.getsockname()[1]}/")
            thread.join(30)
            assert not thread.is_alive()

    def test_a_silent_server_is_given_up(self, guard, dial):
        """One that takes the connection and says nothing is left after the read time."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            fetcher = Fetcher(guard, Bounds(read=0.05), dial=dial)
            with pytest.raises(UnreachableError, match="too long"):
                fetcher.get(f"http://news.example:{listener.getsockname()[1]}/")

    def test_every_request_has_its_own_time(self, news, fetcher, clock):
        """A clock far on is no matter to the next request."""
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


class TestKinds:
    """Only what may hold an article, or name some, is taken."""

    @pytest.mark.parametrize(
        "kind",
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
    def test_pages_feeds_and_sitemaps_are_taken(self, news, fetcher, kind):
        """HTML, XHTML, plain text and XML, whatever their parameters."""
        news.pages["/"] = Answer(b"words", headers={"content-type": kind})
        assert fetcher.get(news.url("/", "news.example")).body == b"words"

    @pytest.mark.parametrize(
        "kind", ["image/png", "application/pdf", "application/octet-stream", "video/mp4", "image/svg+xml", "text/htmlx"]
    )
    def test_other_kinds_are_refused(self, news, fetcher, kind):
        """The kind is named."""
        news.pages["/"] = Answer(b"words", headers={"content-type": kind})
        with pytest.raises(RefusedError, match=f'kind "{kind.replace("+", ".")}"'):
            fetcher.get(news.url("/", "news.example"))

    def test_what_does_not_say_its_kind_is_refused(self, news, fetcher):
        """Without a content type nothing is guessed."""
        news.pages["/"] = Answer(b"words", headers={})
        with pytest.raises(RefusedError, match="does not say its kind"):
            fetcher.get(news.url("/", "news.example"))

    @pytest.mark.parametrize("kind", ["application/gzip", "application/x-gzip", "application/octet-stream"])
    def test_a_packed_file_is_taken_by_its_name(self, news, fetcher, kind):
        """A sitemap may be a .gz file; other packed files are not taken."""
        news.pages |= dict.fromkeys(["/sitemap.xml.gz", "/film"], Answer(b"x", headers={"content-type": kind}))
        assert fetcher.get(news.url("/sitemap.xml.gz", "news.example")).body == b"x"
        with pytest.raises(RefusedError, match="of the kind"):
            fetcher.get(news.url("/film", "news.example"))

    def test_any_kind_can_be_asked_for(self, news, fetcher):
        """A robots.txt is read whatever it says it is."""
        news.pages["/"] = Answer(b"words", headers={})
        assert fetcher.get(news.url("/", "news.example"), any_kind=True).body == b"words"


class TestUnreachable:
    """Servers that give no usable answer."""

    def test_nobody_listening_is_said(self, fetcher):
        """The system's own reason is given."""
        with site() as gone:
            address = gone.url("/", "news.example")
        with pytest.raises(UnreachableError, match="can't be reached.*refused"):
            fetcher.get(address)

    @pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nwords"])
    def test_an_answer_that_is_none_is_said(self, fetcher, sent):
        """What is no HTTP, or ends too soon, is refused."""
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
