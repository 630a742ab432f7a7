"""Everything that can go wrong between a request and its response.

RagError (of the index room)  what went wrong, where, and what to do next
├── AddressInUseError         the address to listen on is taken, or can't be listened on
├── StoppingError             the server is being stopped
├── ModelNotFoundError        a program asked for a model that this server does not have
└── RequestRefusedError       a request refused before anything is done for it; `reason` is a label in the metrics
    ├── HostUnknownError      it names a host that is not this server's
    ├── OriginRefusedError    a page of another site made a browser send it
    ├── KeyMissingError       it needs a key, and has none or an unknown one
    ├── RoleMissingError      its key may not do this
    ├── RateLimitError        its key or its address has asked too often
    ├── BusyError             no more questions may wait for an answer
    ├── ConnectionsFullError  no more connections may be open
    └── TimeLimitError        it took longer than a request may

`web.problems` gives each its status and shows it.
"""

from collections.abc import Mapping

from index.errors import RagError

RETRY_SECONDS = 2  # far longer than a question takes, so that refused clients don't all come back at once


class AddressInUseError(RagError):
    """The address to listen on is taken, or can't be listened on."""

    code = "AddressInUse"


class StoppingError(RagError):
    """The server is being stopped."""

    code = "Stopping"


class ModelNotFoundError(RagError):
    """A program asked for a model that this server does not have."""

    code = "ModelNotFound"


class RequestRefusedError(RagError):
    """A request refused before anything is done for it; `headers` go with the response."""

    code = "TurnedAway"
    reason = ""
    headers: Mapping[str, str] = {}


class HostUnknownError(RequestRefusedError):
    """The request names a host that is not this server's."""

    code = "HostUnknown"
    reason = "host"

    def __init__(self, host: str) -> None:
        super().__init__(f'This server is not "{host}".', "Whoever runs it can set RAG_ALLOWED_HOSTS.")


class OriginRefusedError(RequestRefusedError):
    """A page of another site made a browser send the request."""

    code = "OriginRefused"
    reason = "origin"

    def __init__(self, origin: str | None) -> None:
        super().__init__(
            f"A page of {origin or 'another site'} may not send this.", "Whoever runs this can set RAG_ALLOWED_ORIGINS."
        )


class KeyMissingError(RequestRefusedError):
    """The request needs a key, and has none or an unknown one."""

    code = "KeyMissing"
    reason = "key"
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__(
            "This needs a key that the server knows.",
            "Send the header Authorization: Bearer KEY, or sign in at /sign-in.",
        )


class RoleMissingError(RequestRefusedError):
    """The request's key may not do this."""

    code = "RoleMissing"
    reason = "role"

    def __init__(self, key_name: str) -> None:
        subject = f'The key "{key_name}"' if key_name else "A caller without a key"
        super().__init__(f"{subject} may not do this.", "Use a key with the role admin.")


class RateLimitError(RequestRefusedError):
    """The key or the address has asked too often; after `seconds` it may ask again."""

    code = "TooMany"

    def __init__(self, scope: str, limit: str, seconds: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"This {scope} has asked more than {limit}.", f"Ask again in {seconds} s.")
        self.reason = f"rate-{scope}"
        self.headers = {**headers, "Retry-After": str(seconds)}


class BusyError(RequestRefusedError):
    """No more questions may wait for an answer."""

    code = "Busy"
    reason = "busy"
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)}

    def __init__(self) -> None:
        super().__init__("Too many questions are waiting here.", f"Ask again in {RETRY_SECONDS} s.")


class ConnectionsFullError(RequestRefusedError):
    """No more connections may be open."""

    code = "ConnectionsFull"
    reason = "connections"
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)}

    def __init__(self) -> None:
        super().__init__("Too many connections are open here.", f"Connect again in {RETRY_SECONDS} s.")


class TimeLimitError(RequestRefusedError):
    """The request took longer than a request may; its work runs to the end, and the result is dropped."""

    code = "Overdue"
    reason = "time"
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)}

    def __init__(self, seconds: float) -> None:
        super().__init__(f"This was not done within {seconds:g} s.", "Ask again later, or a shorter question.")
