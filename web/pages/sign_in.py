"""Signing in with a key in a browser, and signing out."""

from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from web.addresses import ROOT_PATH
from web.middleware.auth import COOKIE, SIGN_IN, caller_of
from web.middleware.keys import Keyring
from web.middleware.rate_limits import RateLimiter
from web.pages.view_models import SignInPage
from web.render import render

router = APIRouter(include_in_schema=False)

_DAYS = 30  # how long the cookie lasts
_TITLE = "Sign in"


@router.api_route(SIGN_IN, methods=["GET", "HEAD"])
def sign_in(request: Request) -> Response:
    """The page with the form for a key."""
    next_address = local_address(request.query_params.get("next", ""))
    return render(request, "sign_in.html", SignInPage(_TITLE, next_address, caller_of(request).key, None))


@router.post(SIGN_IN)
async def submit_key(request: Request) -> Response:
    """Store a valid key in a cookie and go on to the page that was asked for; show the form again for any other key.

    Raises:
        RateLimitError: too many other keys were tried.
    """
    form = parse_qs((await request.body()).decode(errors="replace"))
    key, next_address = form.get("key", [""])[0].strip(), local_address(form.get("next", [""])[0])
    keyring: Keyring = request.app.state.keyring
    if keyring.find(key) is None:
        caller = caller_of(request)
        if caller.is_here:  # the gate has counted everybody else
            rates: RateLimiter = request.app.state.rates
            rates.count("address", caller.address)
        page = SignInPage(_TITLE, next_address, "", "This server does not know that key.")
        return render(request, "sign_in.html", page, status=HTTPStatus.FORBIDDEN)
    response = RedirectResponse(next_address, HTTPStatus.SEE_OTHER)
    # SameSite=Lax: links from other sites open signed in, but their forms are not sent with the key. HttpOnly: no
    # script can read the key.
    secure = request.url.scheme == "https"
    path = ROOT_PATH.get() or "/"
    response.set_cookie(COOKIE, key, _DAYS * 86_400, path=path, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/sign-out")
def sign_out() -> Response:
    """Delete the key from this browser."""
    response = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE, path=ROOT_PATH.get() or "/")
    return response


def local_address(address: str) -> str:
    """The address if it is on this server, else "/", so that a link to the sign-in page can't lead to another site."""
    is_elsewhere = address[1:2] in ("/", "\\") or not address.startswith("/")
    return "/" if is_elsewhere or not address.isprintable() else address
