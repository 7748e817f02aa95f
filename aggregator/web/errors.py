"""What went wrong, on a page in plain words with a way on: for readers and editors alike."""

from collections.abc import Mapping
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from aggregator.accounts import Access
from aggregator.errors import StoreError, TooBroadError
from aggregator.publish.site import message_page
from aggregator.release import Press
from aggregator.web.accounts import SIGN_IN, SignInFirst, Visit, begin_visit, nobody, to
from aggregator.web.documents import preferred_language
from aggregator.web.editors.shell import page, words_for
from aggregator.web.headers import headers_of, in_area
from aggregator.web.problems import ProblemError, answer, is_for_programs, of_status

log = structlog.get_logger()

HTML = "text/html; charset=utf-8"


def add_errors(app: FastAPI, press: Press, access: Access) -> None:
    """Have every failure answered by a page of ours."""

    def message(request: Request, status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
        if is_for_programs(request.url.path):
            return problem(request, of_status(status, headers))
        if in_area(request.url.path, "/edit"):
            response = desk_message(request, access, status, detail)
        else:
            language = preferred_language(request.headers.get("accept-language", ""), press.site.language)
            response = Response(message_page(status, press.site, language), status, media_type=HTML)
        own = {"cache-control": "no-store"} | headers_of(request.url.path, request.url.scheme)
        for name, value in {**own, **(headers or {})}.items():
            response.headers[name] = value
        return response

    @app.exception_handler(ProblemError)
    def problem(request: Request, error: ProblemError) -> Response:
        return answer(request, error, press.site.language)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        return message(request, error.status_code, error.detail, error.headers)

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, _: RequestValidationError) -> Response:
        return message(request, 422)

    @app.exception_handler(SignInFirst)
    def sign_in_first(_: Request, error: SignInFirst) -> Response:
        return to(SIGN_IN + (f"?back={_quoted(error.back)}" if error.back not in ("", "/edit") else ""))

    @app.exception_handler(TooBroadError)
    def too_broad(request: Request, _: TooBroadError) -> Response:
        return problem(request, ProblemError(503, "too_broad", headers={"retry-after": "60"}))

    @app.exception_handler(StoreError)
    def unavailable(request: Request, error: StoreError) -> Response:
        log.error("store_unavailable", path=request.url.path, error=str(error))
        return message(request, 503, headers={"retry-after": "30"})

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        log.exception("request_failed", path=request.url.path, error=repr(error))
        return message(request, 500)


def desk_message(request: Request, access: Access, status: int, detail: str) -> Response:
    """An error page within the editors' pages, or without their menu when nobody can be known."""
    visit = _visit(request, access)
    words = words_for(visit.language)
    known = next(
        each for each in (f"error_{status}_{detail}", f"error_{status}", "error_other") if words.has(f"{each}_title")
    )
    return page(visit, "message.html", title=words(f"{known}_title"), status=status, text=words(f"{known}_text"))


def _visit(request: Request, access: Access) -> Visit:
    try:
        return begin_visit(request, access)
    except StoreError:
        return nobody(request, access)


def _quoted(path: str) -> str:
    return quote(path, safe="/")
