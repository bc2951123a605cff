"""What can be looked up: service items, the rulebook, organisations, lines."""

from __future__ import annotations

from django.http import HttpResponse

from trunkline.catalog.queries import offerings
from trunkline.counter.registry import service_items
from trunkline.counter.rulebook import COLUMNS, guard_matrix
from trunkline.interfaces.api.entry import LIMIT, OFFSET, ApiRequest, Declared, answer, endpoint, there, words
from trunkline.interfaces.api.listings import (
    Item,
    Items,
    Line,
    Lines,
    Named,
    OrganizationDetail,
    Organizations,
    Rulebook,
    handler_answer,
    item_answer,
    line_answer,
    organization_answer,
)
from trunkline.kernel.text import Text
from trunkline.ordering.types import PAPER_NAMES
from trunkline.party import queries as party
from trunkline.security.types import CHANNEL_NAMES
from trunkline.subscriptions.queries import count_lines, line_by_number, lines_of_organization


def _plans() -> dict[int, str]:
    return {offering.id: offering.code for offering in offerings()}


@endpoint(Declared("catalog.view", "GET", Text("服务项目", "The service items"), answers=Items))
def items(request: ApiRequest) -> HttpResponse:
    """As they are declared, in the order of their clauses."""
    return answer(Items(tuple(map(item_answer, service_items().values()))))


@endpoint(Declared("catalog.view", "GET", Text("一项服务项目", "One service item"), answers=Item))
def item(request: ApiRequest, code: str) -> HttpResponse:
    """As it is declared."""
    return answer(item_answer(there(service_items().get(code), code)))


@endpoint(Declared("order.view", "GET", Text("业务规则", "The whole standard as it runs"), answers=Rulebook))
def rulebook(request: ApiRequest) -> HttpResponse:
    """Items, channels, papers, and the matrix of guards."""
    codes, matrix = guard_matrix()
    return answer(
        Rulebook(
            channels=tuple(Named(channel, CHANNEL_NAMES[channel]) for channel in COLUMNS),
            papers=tuple(Named(kind, name) for kind, name in PAPER_NAMES.items()),
            guards=codes,
            matrix=matrix,
            items=tuple(map(item_answer, service_items().values())),
        )
    )


@endpoint(
    Declared(
        "organization.view",
        "GET",
        Text("查找集团客户", "Find organisations"),
        answers=Organizations,
        query=(
            words(
                "q",
                Text(
                    "名称、拼音、统一社会信用代码或客户编码", "Part of the name, its initials, USCC or code"
                ),
            ),
            LIMIT,
        ),
    )
)
def organizations(request: ApiRequest) -> HttpResponse:
    """Those of the token's branch."""
    found = party.find_organizations(request.query["q"], request.query["limit"])
    return answer(Organizations(tuple(map(organization_answer, found))))


@endpoint(
    Declared("organization.view", "GET", Text("一个集团客户", "One organisation"), answers=OrganizationDetail)
)
def organization(request: ApiRequest, code: str) -> HttpResponse:
    """By customer code or unified social credit code, with its handlers and lines counted."""
    found = there(party.organization_by_code(code), code)
    handlers = tuple(map(handler_answer, party.handlers(found.id)))
    counts = {state.value: count for state, count in count_lines(found.id).items()}
    return answer(OrganizationDetail(organization_answer(found), handlers, counts))


@endpoint(
    Declared(
        "line.view",
        "GET",
        Text("集团客户的号码", "The lines of an organisation"),
        answers=Lines,
        query=(
            words("q", Text("号码或使用人的一部分", "Part of a number or of the user's name")),
            OFFSET,
            LIMIT,
        ),
    )
)
def organization_lines(request: ApiRequest, code: str) -> HttpResponse:
    """In the order they were connected; `total` counts all of them, found or not."""
    found = there(party.organization_by_code(code), code)
    asked = request.query
    views = lines_of_organization(found.id, text=asked["q"], limit=asked["limit"], offset=asked["offset"])
    plans = _plans()
    total = sum(count_lines(found.id).values())
    return answer(
        Lines(found.code, total, asked["offset"], tuple(line_answer(view, plans) for view in views))
    )


@endpoint(Declared("line.view", "GET", Text("一个号码", "The line that holds a number"), answers=Line))
def line(request: ApiRequest, number: str) -> HttpResponse:
    """As it is now."""
    return answer(line_answer(there(line_by_number(number), number), _plans()))
