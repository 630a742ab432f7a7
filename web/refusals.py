"""Why a request is turned away before anything is done for it.

TurnedAway          its reason is a label in the metrics
├── HostUnknown     it names another host than this server's
├── OriginRefused   a page of another site made a browser send it
├── KeyMissing      it needs a key, and has none or one that is not known
├── RoleMissing     its key may not do this
├── TooMany         its key or its address has asked too often
├── Busy            as many are being answered and are waiting as may
└── Overdue         it took longer than a request may
"""

from collections.abc import Mapping

from index.errors import RagError

RETRY_SECONDS = 2  # a question takes far less; long enough that those who were refused don't come all at once


class TurnedAway(RagError):
    """A request that is refused; `headers` go with the response."""

    reason = ""
    headers: Mapping[str, str] = {}


class HostUnknown(TurnedAway):
    """The request names another host than this server's."""

    reason = "host"

    def __init__(self, host: str) -> None:
        super().__init__(f'This server is not "{host}".', "Whoever runs it can set RAG_ALLOWED_HOSTS.")


class OriginRefused(TurnedAway):
    """A page of another site made a browser send the request."""

    reason = "origin"

    def __init__(self, origin: str | None) -> None:
        super().__init__(
            f"A page of {origin or 'another site'} may not send this.", "Whoever runs this can set RAG_ALLOWED_ORIGINS."
        )


class KeyMissing(TurnedAway):
    """The request needs a key, and has none or one that is not known."""

    reason = "key"
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__(
            "This needs a key that the server knows.",
            "Send the header Authorization: Bearer KEY, or sign in at /sign-in.",
        )


class RoleMissing(TurnedAway):
    """The request's key may not do this."""

    reason = "role"

    def __init__(self, name: str) -> None:
        whose = f'The key "{name}"' if name else "A caller without a key"
        super().__init__(f"{whose} may not do this.", "Use a key with the role admin.")


class TooMany(TurnedAway):
    """The key or the address has asked too often; `seconds` until it may again."""

    def __init__(self, kind: str, limit: str, seconds: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"This {kind} has asked more than {limit}.", f"Ask again in {seconds} s.")
        self.reason = f"rate-{kind}"
        self.headers = {**headers, "Retry-After": str(seconds)}


class Busy(TurnedAway):
    """As many questions are being answered, and are waiting, as may."""

    reason = "busy"
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)}

    def __init__(self) -> None:
        super().__init__("Too many questions are waiting here.", f"Ask again in {RETRY_SECONDS} s.")


class Overdue(TurnedAway):
    """The request took longer than one may; what was begun for it runs to its end, and its result is dropped."""

    reason = "time"
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)}

    def __init__(self, seconds: float) -> None:
        super().__init__(f"This was not done within {seconds:g} s.", "Ask again later, or a shorter question.")
