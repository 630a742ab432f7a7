"""Who may do what: one table of addresses, and the gate in front of all of them.

A request is judged by its host, its origin, its address' rate, its key's role and its key's rate, in this order.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from fastapi import Depends
from fastapi.security import HTTPBearer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import SettingError
from web.addresses import is_loopback
from web.errors import HostUnknownError, KeyMissingError, OriginRefusedError, RequestRefusedError, RoleMissingError
from web.metrics import Metrics
from web.middleware.keys import Keyring, Role, read_keys
from web.middleware.rate_limits import Rates
from web.problems import show, wants_page
from web.settings import Settings

# What the OpenAPI description says of keys; the gate is what asks for them.
BEARER = Depends(HTTPBearer(auto_error=False, description="A key, where the server asks for one."))
COOKIE = "rag_key"
SIGN_IN = "/sign-in"

# What each address and those below it need; the nearest above decides. An address that is not here needs ASK.
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
# A monitor names whatever host it reaches them by; they tell nothing of the documents.
_MONITORED = {"/healthz", "/readyz"}
_READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from: the key's name, empty where there is none, the role, and the client's address."""

    key: str
    role: Role
    address: str

    @property
    def on_loopback(self) -> bool:
        """Whether it comes from this machine."""
        return is_loopback(self.address)


def needed(path: str) -> Role:
    """The role an address needs."""
    while path not in ACCESS and "/" in path:
        path = path.rpartition("/")[0]
    return ACCESS.get(path, Role.ASK)


def caller_of(request: HTTPConnection) -> Caller:
    """Who a request is from, once it is past the gate."""
    caller: Caller = request.state.caller
    return caller


def keyring_of(settings: Settings) -> Keyring:
    """The server's keys.

    Raises:
        SettingError: the keys file is not one, or there is none where others than this machine could ask.
    """
    if settings.keys_file is not None:
        return read_keys(settings.keys_file)
    if not is_loopback(settings.host) and not settings.insecure:
        raise SettingError(
            f"Whoever reaches {settings.host} could ask without a key.",
            "Make one: rag key NAME --keys-file keys, then"
            f" rag serve --host {settings.host} --keys-file keys; or serve without: add --insecure",
        )
    return Keyring([])


class Gate:
    """Lets a request pass to the app, with its caller in its state, or shows why not."""

    def __init__(self, app: ASGIApp, settings: Settings, keyring: Keyring, metrics: Metrics) -> None:
        self._app = app
        self._hosts = settings.hosts()
        self._origins = settings.origins()
        self._rates = Rates(settings.rate_per_key, settings.rate_per_address)
        self._keyring = keyring
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            gained = self._admit(request)
        except RequestRefusedError as refusal:
            self._metrics.count_refused(refusal.reason)
            await _shown(request, refusal)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(gained)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _admit(self, request: Request) -> dict[str, str]:
        """Let a request pass, with the headers its response gains, or raise why not."""
        role = needed(request.scope["path"])
        self._check_host(request)
        self._check_origin(request)
        caller = request.state.caller = self._recognised(request)
        if role == Role.ANYONE and request.method in _READING:
            return {}
        headers = {} if caller.on_loopback else self._rates.count("address", caller.address)
        if role == Role.ANYONE:
            return headers  # a key that has asked too often can still be given back
        if caller.role < role:
            raise RoleMissingError(caller.key) if caller.role > Role.ANYONE else KeyMissingError
        return self._rates.count("key", caller.key) if caller.key else headers

    def _check_host(self, request: Request) -> None:
        """Refuse a host that is not this server's: a page elsewhere can point its own name at this address."""
        if not self._hosts or request.scope["path"] in _MONITORED:
            return
        named = request.headers.get("host", "")
        try:
            host = urlsplit(f"//{named}").hostname or ""
        except ValueError:
            host = ""
        if not any(fnmatchcase(host, pattern) for pattern in self._hosts):
            raise HostUnknownError(named)

    def _check_origin(self, request: Request) -> None:
        """Refuse what a page elsewhere makes a browser send.

        Source: the checks of Go's net/http.CrossOriginProtection; browsers send Sec-Fetch-Site or Origin with
        every request that changes something, and programs neither.
        """
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site")
        if request.method in _READING or origin in self._origins or site in ("same-origin", "none"):
            return
        same_host = origin is None or _host_of(origin) == request.headers.get("host")
        if site is not None or not same_host:
            raise OriginRefusedError(origin)

    def _recognised(self, request: Request) -> Caller:
        address = request.client.host if request.client else ""
        if not self._keyring:
            return Caller("", Role.ADMIN if is_loopback(address) else Role.ASK, address)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        presented = given.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
        key = self._keyring.find(presented)
        return Caller(key.name, key.role, address) if key else Caller("", Role.ANYONE, address)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _shown(request: Request, refusal: RequestRefusedError) -> Response:
    """Why a request was turned away; a person without a key is asked for one."""
    if isinstance(refusal, KeyMissingError) and wants_page(request) and request.method == "GET":
        wanted = urlencode({"next": request.url.replace(scheme="", netloc="")})
        return RedirectResponse(f"{SIGN_IN}?{wanted}", HTTPStatus.SEE_OTHER)
    return show(request, refusal)
