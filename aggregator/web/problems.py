"""What went wrong, for programs: problem+json (RFC 9457), its sentences in the reader's language."""

import json
from collections.abc import Mapping

from fastapi import Request, Response

from aggregator.web.documents import preferred_language
from aggregator.web.editors.shell import words_for
from aggregator.web.headers import in_area

PROBLEM = "application/problem+json"
TYPES = "/api/docs#"  # with the code: where a person reads what it means


class ProblemError(Exception):
    """A request that is answered with a problem. `code` names its sentences in locale/problems.toml."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
        **values: str,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = values
        self.headers = dict(headers or {})
        self.members = dict(members or {})


OF_STATUS = {
    400: "unreadable",
    404: "no_address",
    405: "method",
    413: "too_large",
    422: "unreadable",
    503: "unavailable",
}


def is_for_programs(path: str) -> bool:
    """Whether a failure at this address is told to a program."""
    return in_area(path, "/api/v1") or path.startswith("/feeds/search.")


def of_status(status: int, headers: Mapping[str, str] | None = None) -> ProblemError:
    """The problem that a failure of the framework is told as."""
    return ProblemError(400 if status == 422 else status, OF_STATUS.get(status, "broken"), headers=headers)


def answer(request: Request, problem: ProblemError, language: str) -> Response:
    """The problem as an answer; scripts of other sites may read it, as they may read what they asked for."""
    words = words_for(preferred_language(request.headers.get("accept-language", ""), language))
    told = {
        "type": TYPES + problem.code,
        "title": words(f"problem_{problem.code}_title"),
        "status": problem.status,
        "detail": words(f"problem_{problem.code}_text", **problem.values),
    }
    body = json.dumps(told | problem.members, ensure_ascii=False).encode()
    own = {"cache-control": "no-store", "access-control-allow-origin": "*", "vary": "Accept-Language"}
    return Response(body, problem.status, own | problem.headers, media_type=PROBLEM)
