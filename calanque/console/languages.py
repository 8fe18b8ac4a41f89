"""In which language a page is: what its address asks for, else what was chosen before, else the browser's."""

from typing import Annotated

from fastapi import Cookie, Depends, Header, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from calanque.contracts.page import Language

CHOSEN = "calanque_language"
LANGUAGES: tuple[Language, ...] = ("en", "fr")


def language(
    lang: Language | None = None,
    chosen: Annotated[str, Cookie(alias=CHOSEN)] = "",
    accept_language: Annotated[str, Header()] = "",
) -> Language:
    """Return the language of a page."""
    before = next((one for one in LANGUAGES if one == chosen), None)
    return lang or before or ("fr" if accept_language.lower().startswith("fr") else "en")


def language_of(request: Request) -> Language:
    """Return the language of a page by its request alone; what an address asks for wrongly is passed over."""
    asked = next((one for one in LANGUAGES if one == request.query_params.get("lang")), None)
    return language(asked, request.cookies.get(CHOSEN, ""), request.headers.get("accept-language", ""))


async def remember(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Keep the language that an address asks for, for the pages that follow."""
    response = await call_next(request)
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(CHOSEN, asked, path="/calanque", httponly=True, samesite="lax")
    return response


Spoken = Annotated[Language, Depends(language)]
