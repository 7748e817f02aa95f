"""What the API is, for programs (OpenAPI) and for people: a page of our own, for FastAPI's loads foreign scripts."""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.openapi.utils import get_openapi

from aggregator.publish.site import api_page
from aggregator.release import Press
from aggregator.web.api.routes import CACHE, JSON, PREFIX
from aggregator.web.documents import LANGUAGES, preferred_language
from aggregator.web.problems import PROBLEM
from aggregator.web.replies import reply, send

HTML = "text/html; charset=utf-8"


def add_docs(router: APIRouter, press: Press) -> None:
    """Describe the routes that the router has so far."""
    described = list(router.routes)

    @cache
    def description() -> dict[str, Any]:
        found = get_openapi(
            title=press.site.title,
            version="1",
            description="Public news of the partners, read-only. Name the partner and link to the article.",
            routes=described,
            servers=[{"url": press.site.base_url}],
        )
        return _ours(found)

    @router.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> Response:
        """The description for programs."""
        return send(request, reply(json.dumps(description(), ensure_ascii=False).encode(), JSON), cache=CACHE)

    @router.get("/api/docs", include_in_schema=False)
    def docs(request: Request, lang: str = "") -> Response:
        """The description for people."""
        asked = request.headers.get("accept-language", "")
        language = lang if lang in LANGUAGES else preferred_language(asked, press.site.language)
        body = api_page(description(), press.site, language)
        return Response(body, media_type=HTML, headers={"cache-control": CACHE, "vary": "Accept-Language"})


def _ours(description: dict[str, Any]) -> dict[str, Any]:
    """Failures are told as problems, and what cannot be read is a 400, never FastAPI's own 422."""
    for operations in description["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            if answers.pop("422", None) and "400" not in answers:
                answers["400"] = {**answers["500"], "description": "Bad Request"}
            for status, told in answers.items():
                if int(status) >= 400:
                    told["content"] = {PROBLEM: told["content"][JSON]}
    for name in ("HTTPValidationError", "ValidationError"):
        description["components"]["schemas"].pop(name, None)
    return description
