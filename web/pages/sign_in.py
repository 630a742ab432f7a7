"""Giving a key in a browser, and giving it back."""

from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from web.middleware.auth import COOKIE, SIGN_IN, caller_of
from web.middleware.keys import Keyring
from web.pages.view_models import SignInPage
from web.render import render

router = APIRouter(include_in_schema=False)

_DAYS = 30
_TITLE = "Sign in"


@router.api_route(SIGN_IN, methods=["GET", "HEAD"])
def sign_in(request: Request) -> Response:
    """The page that takes a key."""
    following = local(request.query_params.get("next", ""))
    return render(request, "sign_in.html", SignInPage(_TITLE, following, caller_of(request).key, None))


@router.post(SIGN_IN)
async def signed_in(request: Request) -> Response:
    """Keep a key that is known in a cookie, and go where the person was going."""
    form = parse_qs((await request.body()).decode(errors="replace"))
    given, following = (form.get(name, [""])[0] for name in ("key", "next"))
    keyring: Keyring = request.app.state.keyring
    if keyring.find(given.strip()) is None:
        page = SignInPage(_TITLE, local(following), "", "This server does not know that key.")
        return render(request, "sign_in.html", page, status=HTTPStatus.FORBIDDEN)
    response = RedirectResponse(local(following), HTTPStatus.SEE_OTHER)
    # Lax: a link from elsewhere is followed signed in, and no form of another site sends it. No script can read it.
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, given.strip(), _DAYS * 86_400, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/sign-out")
def sign_out() -> Response:
    """Forget the key of this browser."""
    response = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE)
    return response


def local(address: str) -> str:
    """An address of this server, or its first page: a link to the sign-in can't lead elsewhere."""
    elsewhere = address[1:2] in ("/", "\\") or not address.startswith("/")
    return "/" if elsewhere or not address.isprintable() else address
