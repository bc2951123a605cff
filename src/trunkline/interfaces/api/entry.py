"""How every endpoint is entered: a token, a permission, one transaction, and refusals as JSON."""

from __future__ import annotations

import functools
import json
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest, HttpResponse

from trunkline.interfaces.api.answers import Errors, jsonable
from trunkline.interfaces.api.faults import (
    CRASHED,
    FIELD_CHOICE,
    FIELD_RANGE,
    FIELD_UNKNOWN,
    NO_SUCH_ADDRESS,
    NO_TOKEN,
    NOT_FOUND,
    WRONG_METHOD,
    Unanswerable,
)
from trunkline.kernel import clock
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.security.audit import acting
from trunkline.security.queries import actor_by_token
from trunkline.security.types import NOT_PERMITTED, Actor

P = ParamSpec("P")
Found = TypeVar("Found")
JSON = "application/json"
_log = logging.getLogger(__name__)


class QueryKind(Enum):
    """How a parameter of the query is written."""

    TEXT = "text"
    COUNT = "count"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Query:
    """One parameter of the query, with what it is when it is not given."""

    name: str
    text: Text
    kind: QueryKind
    default: Any
    least: int = 0
    most: int = 1_000_000


def flag(name: str, text: Text) -> Query:
    """``true`` or ``false``; false unless given."""
    return Query(name, text, QueryKind.FLAG, False)


def words(name: str, text: Text) -> Query:
    """A text; empty unless given."""
    return Query(name, text, QueryKind.TEXT, "")


OFFSET = Query("offset", Text("跳过多少个", "How many to pass over"), QueryKind.COUNT, 0)
LIMIT = Query("limit", Text("最多多少个", "How many at most"), QueryKind.COUNT, 100, least=1, most=1000)


@dataclass(frozen=True, slots=True)
class Declared:
    """What an endpoint says of itself; the OpenAPI document is made from it.

    `answers` is the class of its answer, or a media type where that is a document. `body` is the class of what is
    sent, or ``"order"`` for an application, whose schema comes from the service items.
    """

    permission: str
    method: str
    summary: Text
    answers: type | str
    query: tuple[Query, ...] = ()
    body: type | str | None = None
    status: int = 200


class ApiRequest(HttpRequest):
    """A request as `endpoint` hands it to a view: another system acts, at a known instant."""

    actor: Actor
    at: datetime
    query: Mapping[str, Any]


View = Callable[Concatenate[ApiRequest, P], HttpResponse]


def endpoint(declared: Declared) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Make a function an endpoint that needs a token with `declared.permission` (P5-2).

    The view runs in one transaction that shows only the rows of the token's branch; when it raises, nothing has
    changed. Status 401 without a token that holds, 403 without permission, 404 for an address of nothing; 400, 411,
    413 or 415 for what cannot be read, 409 where the business refuses, 500 with a reference where the code is at
    fault. A session lets nobody in here, so that no browser can be made to call it.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            asked = cast(ApiRequest, request)
            try:
                _require_method(request, declared)
                asked.at = clock.now()
                asked.actor = _actor(request, asked.at)
                with acting(asked.actor):
                    asked.actor.require(declared.permission)
                    _require_address(kwargs)
                    asked.query = _query(request, declared.query)
                    response = view(asked, *args, **kwargs)
            except Unanswerable as fault:
                response = refusal_answer(fault.refusals, fault.status)
                for name, value in fault.headers.items():
                    response[name] = value
            except Refused as refused:
                response = refusal_answer(refused.refusals, _status(refused.refusals))
            except Exception:  # noqa: BLE001 - the last line of the door; it is logged with its whole trace
                reference = uuid.uuid4().hex
                _log.exception(
                    "The API failed at %s %s, reference %s", request.method, request.path, reference
                )
                response = refusal_answer([CRASHED.about(reference)], 500)
            response["Cache-Control"] = "no-store"
            return response

        enter.declared = declared  # type: ignore[attr-defined]
        enter.csrf_exempt = True  # type: ignore[attr-defined]
        return enter

    return decorate


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark an address that needs no token."""
    view.declared = None  # type: ignore[attr-defined]
    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


@public
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every other address under this door."""
    return refusal_answer([NO_SUCH_ADDRESS.about(request.path[:200])], 404)


def answer(value: object, *, status: int = 200, location: str = "") -> HttpResponse:
    """A value of `answers` as JSON; `location` is the address of what was made."""
    text = json.dumps(jsonable(value), ensure_ascii=False)
    response = HttpResponse(text, content_type=JSON, status=status)
    if location:
        response["Location"] = location
    return response


def refusal_answer(refusals: Iterable[Refusal], status: int) -> HttpResponse:
    """Every reason, with its code, clause and words."""
    return answer(Errors(tuple(refusals)), status=status)


def there(found: Found | None, name: str) -> Found:
    """What the address names, or 404."""
    if found is None:
        raise Unanswerable(404, NOT_FOUND.about(name))
    return found


def _status(refusals: Iterable[Refusal]) -> int:
    return 403 if any(refusal.code == NOT_PERMITTED.code for refusal in refusals) else 409


def _require_method(request: HttpRequest, declared: Declared) -> None:
    allowed = ("GET", "HEAD") if declared.method == "GET" else (declared.method,)
    if request.method not in allowed:
        raise Unanswerable(405, WRONG_METHOD.about(declared.method), {"Allow": ", ".join(allowed)})


def _actor(request: HttpRequest, at: datetime) -> Actor:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="trunkline"'}
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unanswerable(401, NO_TOKEN, challenge)
    try:
        return actor_by_token(secret.strip(), at)
    except Refused as refused:
        challenge["WWW-Authenticate"] += ', error="invalid_token"'
        raise Unanswerable(401, refused.refusals, challenge) from refused


def _require_address(parts: Mapping[str, Any]) -> None:
    """PostgreSQL takes no NUL, so that nothing can have such a name."""
    if any("\0" in part for part in parts.values() if isinstance(part, str)):
        raise Unanswerable(404, NOT_FOUND.about(""))


def _query(request: HttpRequest, declared: Iterable[Query]) -> dict[str, Any]:
    """The parameters as declared. One that is misspelt is refused: a lost `dry_run` would place an order."""
    by_name = {query.name: query for query in declared}
    faults = [FIELD_UNKNOWN.about(name[:80]) for name in request.GET if name not in by_name]
    values = {}
    for name, query in by_name.items():
        if name not in request.GET:
            values[name] = query.default
            continue
        value, fault = _read(query, request.GET[name])
        values[name] = value
        faults += [fault] if fault else []
    if faults:
        raise Unanswerable(400, faults)
    return values


def _read(query: Query, written: str) -> tuple[Any, Refusal | None]:
    if query.kind is QueryKind.FLAG:
        wrong = (
            None if written in {"true", "false"} else FIELD_CHOICE.about(query.name, choices="true, false")
        )
        return written == "true", wrong
    if query.kind is QueryKind.COUNT:
        fits = written.isascii() and written.isdecimal() and len(written) < 10
        value = int(written) if fits else -1
        return value, None if query.least <= value <= query.most else FIELD_RANGE.about(query.name)
    return written, FIELD_RANGE.about(query.name) if "\0" in written or len(written) > 200 else None
