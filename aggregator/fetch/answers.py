"""What an HTTP reply means to us: one of the answers of model.py."""

from datetime import datetime

from aggregator.fetch.chain import failed
from aggregator.fetch.headers import Headers, content_type, header, links_of, retry_after
from aggregator.fetch.transfer import OK, Reply
from aggregator.model import Answer, Failed, Fetched, Gone, NotModified, Throttled, Wire

THROTTLING = frozenset({429, 503})
MAY_PASS = frozenset({408, 425})  # of the 4xx; every other one is likely to stay


def answer_of(reply: Reply, headers: Headers, wire: Wire, now: datetime, *, is_conditional: bool) -> Answer:
    """Return what the last reply of a chain means. 304 counts only where something conditional was asked."""
    if reply.problem:
        return failed(wire, reply.problem, reply.detail)
    status = reply.status or 0
    if status == 304 and is_conditional:
        return NotModified(wire=wire)
    if status in OK:
        return _document(reply, headers, wire)
    if status == 410:
        return Gone(wire=wire)
    if status in THROTTLING:
        return Throttled(wire=wire, retry_after=retry_after(headers, now))
    if status in (204, 205):
        return failed(wire, "empty")
    return Failed(wire=wire, code=f"http-{status}", transient=not 400 <= status < 500 or status in MAY_PASS)


def _document(reply: Reply, headers: Headers, wire: Wire) -> Answer:
    if not reply.body:
        return failed(wire, "empty")
    media_type, charset = content_type(headers)
    return Fetched(
        wire=wire,
        body=reply.body,
        media_type=media_type,
        charset=charset,
        tdm_reservation=header(headers, b"tdm-reservation")[:20],
        links=links_of(headers, wire.url),
    )
