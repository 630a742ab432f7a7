"""The client keeps to robots.txt, pauses between requests, and comes back later where a host asks it to."""

import pytest

from index.errors import ForbiddenError, RefusedError, UnreachableError
from index.web_import.polite_client import LONGEST_WAIT, PoliteClient
from tests.newsstand import Answer, site

HTML = {"content-type": "text/html"}
PAGE = Answer(b"words", headers=HTML)


@pytest.fixture
def client(fetcher, clock):
    return PoliteClient(fetcher, 1.0, clock)


def robots(text: str) -> Answer:
    return Answer(text.encode(), headers={"content-type": "text/plain"})


def requested_paths(news) -> list[str]:
    return [path for path, _ in news.requests]


class TestRobots:
    """The rules of a host's robots.txt."""

    def test_what_it_disallows_is_not_fetched(self, news, client):
        """The longest matching rule decides, wildcards included; other pages may be fetched."""
        news.pages |= {"/robots.txt": robots("User-agent: *\nDisallow: /a\nAllow: /a/*.html$\n"), "/a/b.html": PAGE}
        assert client.get(news.url("/a/b.html", "news.example")).body == b"words"
        with pytest.raises(RefusedError, match=r"robots\.txt does not allow it"):
            client.get(news.url("/a/b.htm", "news.example"))
        assert requested_paths(news) == ["/robots.txt", "/a/b.html"]

    def test_rules_for_this_project_go_before_those_for_all(self, news, client):
        """The group that names the agent counts."""
        news.pages["/robots.txt"] = robots("User-agent: *\nAllow: /\n\nUser-agent: Caspian-Indus-Reader\nDisallow: /\n")
        with pytest.raises(RefusedError, match="does not allow"):
            client.get(news.url("/", "news.example"))

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_without_one_everything_may_be_fetched(self, news, client, status):
        """A host without a robots.txt, or with a forbidden one, sets no rules."""
        news.pages |= {"/robots.txt": Answer(status=status), "/": PAGE}
        assert client.get(news.url("/", "news.example")).body == b"words"

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_while_it_can_not_be_had_nothing_is_fetched(self, news, client, status):
        """A host in trouble gets no more requests in this run, and the refusal says why."""
        news.pages |= {"/robots.txt": Answer(status=status), "/": PAGE}
        for _ in range(2):
            with pytest.raises(RefusedError, match=rf"robots\.txt can't be fetched: it answers {status}"):
                client.get(news.url("/", "news.example"))
        assert requested_paths(news) == ["/robots.txt"]

    def test_a_host_that_can_not_be_reached_is_said_to_be(self, client):
        """The refusal gives the reason of the connection."""
        with site() as gone:
            address = gone.url("/", "news.example")
        with pytest.raises(RefusedError, match=r"robots\.txt can't be fetched: it can't be reached"):
            client.get(address)

    def test_a_private_host_is_refused_as_such(self, news, client):
        """The reason is the address, not the robots.txt that was not fetched."""
        with pytest.raises(ForbiddenError, match="no address of the public web"):
            client.get(news.url("/"))
        assert news.requests == []

    def test_it_is_fetched_once_a_host(self, news, client):
        """One host's rules are kept for the run; another host, or port, has its own."""
        news.pages["/"] = PAGE
        for host in ("news.example", "news.example", "other.example"):
            client.get(news.url("/", host))
        assert requested_paths(news) == ["/robots.txt", "/", "/", "/robots.txt", "/"]

    def test_where_a_page_redirects_to_is_asked_too(self, news, client):
        """A redirect is no way around the rules of its host."""
        news.pages |= {"/robots.txt": robots("User-agent: *\nDisallow: /b\n"), "/b": PAGE}
        news.pages["/a"] = Answer(status=302, headers={"location": "/b"})
        with pytest.raises(RefusedError, match="does not allow"):
            client.get(news.url("/a", "news.example"))
        assert news.paths == ["/a"]

    @pytest.mark.parametrize(
        "junk", [b"", b"\xff\xfe\0nonsense", b"<html>not here</html>", b"\xef\xbb\xbfUser-agent: *"]
    )
    def test_one_that_says_nothing_sets_no_rules(self, news, client, junk):
        """Content that holds no rules allows everything."""
        news.pages |= {"/robots.txt": Answer(junk, headers={}), "/": PAGE}
        assert client.get(news.url("/", "news.example")).body == b"words"

    def test_one_that_redirects_is_followed(self, news, client):
        """A host may keep its rules elsewhere."""
        news.pages |= {"/robots.txt": Answer(status=301, headers={"location": "/rules"}), "/": PAGE}
        news.pages["/rules"] = robots("User-agent: *\nDisallow: /\n")
        with pytest.raises(RefusedError, match="does not allow"):
            client.get(news.url("/", "news.example"))


class TestPauses:
    """Pauses between requests."""

    def test_a_host_is_asked_once_a_pause(self, news, client, clock):
        """The pause lies between the end of a request and the next one to the same host."""
        news.pages["/"] = PAGE
        for _ in range(3):
            client.get(news.url("/", "news.example"))
        assert clock.slept == [1.0, 1.0, 1.0]

    def test_another_host_is_not_waited_for(self, news, client, clock):
        """Each host has pauses of its own."""
        news.pages["/"] = PAGE
        client.get(news.url("/", "news.example"))
        client.get(news.url("/", "other.example"))
        assert clock.slept == [1.0, 1.0]  # between each host's robots.txt and page

    def test_time_that_has_passed_is_not_waited_again(self, news, client, clock):
        """The time since the last request counts towards the pause."""
        news.pages["/"] = PAGE
        client.get(news.url("/", "news.example"))
        clock.seconds += 0.75
        client.get(news.url("/", "news.example"))
        assert clock.slept == [1.0, 0.25]

    def test_a_longer_pause_that_a_host_asks_for_is_kept(self, news, client, clock):
        """A longer Crawl-delay replaces the client's pause."""
        news.pages |= {"/robots.txt": robots("User-agent: *\nCrawl-delay: 7.5\n"), "/": PAGE}
        client.get(news.url("/", "news.example"))
        assert clock.slept == [7.5]

    def test_a_pause_too_long_to_keep_is_said(self, news, client, clock):
        """A host whose pause is longer than the bound gets no request."""
        news.pages |= {"/robots.txt": robots(f"User-agent: *\nCrawl-delay: {LONGEST_WAIT + 1}\n"), "/": PAGE}
        with pytest.raises(RefusedError, match="asks for 121 s between requests"):
            client.get(news.url("/", "news.example"))
        assert clock.slept == []

    def test_no_pause_is_none(self, news, fetcher, clock):
        """With a pause of 0 the client does not wait."""
        news.pages["/"] = PAGE
        client = PoliteClient(fetcher, 0.0, clock)
        client.get(news.url("/", "news.example"))
        client.get(news.url("/", "news.example"))
        assert clock.slept == []


class TestLater:
    """A host that is busy says when to come back."""

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(("asked_for", "wait"), [("30", 30.0), ("Mon, 23 Nov 2026 12:00:31 GMT", 30.0), ("0", 0.0)])
    def test_it_is_waited_for_once(self, news, client, clock, status, asked_for, wait):
        """The client waits for the seconds or until the time, and requests the page again."""
        answers = iter([Answer(status=status, headers={"retry-after": asked_for}), PAGE])
        news.pages["/"] = lambda _: next(answers)
        assert client.get(news.url("/", "news.example")).body == b"words"
        assert clock.slept[0] == 1.0  # after robots.txt
        assert clock.slept[1] == pytest.approx(wait)

    def test_a_second_time_it_is_given_up(self, news, client):
        """The second answer is final."""
        news.pages["/"] = Answer(status=503, headers={"retry-after": "1"})
        assert client.get(news.url("/", "news.example")).status == 503
        assert news.paths == ["/", "/"]

    @pytest.mark.parametrize("asked_for", ["", "soon", "-1", "99999999999999", "1.5"])
    def test_without_a_time_it_is_not_waited_for(self, news, client, clock, asked_for):
        """A host that states no valid time gets no second request."""
        news.pages["/"] = Answer(status=429, headers={"retry-after": asked_for})
        with pytest.raises(UnreachableError, match="it answers 429$"):
            client.get(news.url("/", "news.example"))
        assert clock.slept == [1.0]

    def test_a_long_wait_is_said(self, news, client):
        """A wait longer than the bound is an error."""
        news.pages["/"] = Answer(status=503, headers={"retry-after": "3600"})
        with pytest.raises(UnreachableError, match="answers 503 and asks to wait 3600 s"):
            client.get(news.url("/", "news.example"))
        assert news.paths == ["/"]

    def test_a_time_that_is_past_is_now(self, news, client, clock):
        """A time in the past needs no wait."""
        answers = iter([Answer(status=503, headers={"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}), PAGE])
        news.pages["/"] = lambda _: next(answers)
        assert client.get(news.url("/", "news.example")).body == b"words"
        assert clock.slept == [1.0, 0.0, 1.0]
