"""Who may do what: one table of addresses, and the gate that every request passes.

The gate checks a request's host, its origin, the rate of its address, the role of its key and the rate of its key, in
this order.
"""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Depends
from fastapi.security import HTTPBearer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.addresses import is_loopback
from web.errors import KeyMissingError, RequestRefusedError, RoleMissingError
from web.metrics import Metrics
from web.middleware.keys import Keyring, Role
from web.middleware.origin_checks import SAFE_METHODS, check_host, check_origin, host_of
from web.middleware.rate_limits import RateLimiter
from web.problems import show, wants_page
from web.settings import Settings

# This only describes keys in OpenAPI; the gate checks them.
BEARER = Depends(HTTPBearer(auto_error=False, description="A key, where the server asks for one."))
COOKIE = "rag_key"
SIGN_IN = "/sign-in"

# The role that each address, and those below it, require; the longest match decides. Any other address requires ASK.
ACCESS: dict[str, Role] = {
    "/healthz": Role.ANYONE,
    "/readyz": Role.ANYONE,
    "/static": Role.ANYONE,
    SIGN_IN: Role.ANYONE,
    "/sign-out": Role.ANYONE,
    "/": Role.ASK,
    "/articles": Role.ASK,
    "/corpus": Role.ASK,
    "/corpus/reindex": Role.ADMIN,
    "/docs": Role.ASK,
    "/openapi.json": Role.ASK,
    "/api/ask": Role.ASK,
    "/api/search": Role.ASK,
    "/api/articles": Role.ASK,
    "/api/index": Role.ASK,
    "/api/feedback": Role.ASK,
    "/v1/chat/completions": Role.ASK,
    "/v1/models": Role.ASK,
    "/mcp": Role.ASK,
    "/api/reindex": Role.ADMIN,
    "/metrics": Role.ADMIN,
}
# Monitors reach these by any host name, and they reveal nothing about the documents.
_MONITORED = {"/healthz", "/readyz"}
# A request with one of these came through a proxy, so that its client is elsewhere, whatever address it is given.
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from: the key's name, empty without a key, the role, and the client's address.

    `is_here`: it comes from this machine, and no trusted proxy passed it on, so that its requests are not counted.
    `has_wrong_key`: it sent a key that the server does not know.
    """

    key: str
    role: Role
    address: str
    is_here: bool
    has_wrong_key: bool = False


def required_role(path: str) -> Role:
    """The role that an address requires."""
    while path not in ACCESS and "/" in path:
        path = path.rpartition("/")[0]
    return ACCESS.get(path, Role.ASK)


def caller_of(request: HTTPConnection) -> Caller:
    """Who a request is from, once it has passed the gate."""
    caller: Caller = request.state.caller
    return caller


class Gate:
    """Passes a request to the app, with its caller in its state, or shows why it is refused."""

    def __init__(
        self, app: ASGIApp, settings: Settings, keyring: Keyring, rates: RateLimiter, metrics: Metrics
    ) -> None:
        self._app = app
        self._hosts = settings.hosts()
        self._origins = settings.origins()
        self._trusts_proxies = bool(settings.proxies())
        self._rates = rates
        self._keyring = keyring
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it; a person without a key is sent to the sign-in page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            rate_headers = self._admit(request)
        except RequestRefusedError as refusal:
            self._metrics.count_refused(refusal.reason)
            if isinstance(refusal, KeyMissingError) and wants_page(request) and request.method == "GET":
                page = urlencode({"next": request.url.replace(scheme="", netloc="")})
                response: Response = RedirectResponse(f"{SIGN_IN}?{page}", HTTPStatus.SEE_OTHER)
            else:
                response = show(request, refusal)
            await response(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(rate_headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _admit(self, request: Request) -> dict[str, str]:
        """Put the caller into the request's state, and give the rate headers for the response, or raise the refusal."""
        role = required_role(request.scope["path"])
        if request.scope["path"] not in _MONITORED:
            check_host(request, self._hosts)
        check_origin(request, self._origins)
        caller = request.state.caller = self._identify(request)
        if role == Role.ANYONE and request.method in SAFE_METHODS:
            return {}
        headers = {} if caller.is_here else self._rates.count("address", caller.address)
        if role == Role.ANYONE:
            return headers  # without counting the key: one that has asked too often can still sign out
        if caller.role < role:
            if caller.is_here and caller.has_wrong_key:  # only these are counted here, so a right key always passes
                self._rates.count("address", caller.address)
            raise RoleMissingError(caller.key) if caller.role > Role.ANYONE else KeyMissingError
        return self._rates.count("key", caller.key) if caller.key else headers

    def _identify(self, request: Request) -> Caller:
        address = request.client.host if request.client else ""
        on_loopback = is_loopback(address)
        is_proxied = any(name in request.headers for name in _PROXY_HEADERS)
        is_here = on_loopback and not (is_proxied and self._trusts_proxies)
        if not self._keyring:
            # Another site can point its own name at loopback, and a proxy that nobody named passes strangers on.
            is_admin = on_loopback and not is_proxied and is_loopback(host_of(request))
            return Caller("", Role.ADMIN if is_admin else Role.ASK, address, is_here)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        secret = token.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
        key = self._keyring.find(secret)
        if key is None:
            return Caller("", Role.ANYONE, address, is_here, has_wrong_key=bool(secret))
        return Caller(key.name, key.role, address, is_here)
