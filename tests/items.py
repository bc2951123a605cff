"""What tests of service items share: applications, and the states in which lines are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.lines import Connected
from tests.world import World, handler_details
from trunkline.counter.registry import service_item
from trunkline.ordering.types import Completion, LineChoice, OrderRequest, PaperKind, ShownPaper

#: What each item needs beyond lines and papers to be accepted.
DETAILS: Mapping[str, Mapping[str, Any]] = {
    "sim_replacement": {"reason": "lost"},
    "termination": {"reason": "no_need", "offer": "资费优惠", "retention": "failed"},
    "product_order": {"product": "VAS-CALL"},
    "product_cancellation": {"product": "VAS-CALL"},
    "booked_product_order": {"product": "VAS-CALL", "trigger": "channel"},
    "booked_product_cancellation": {"product": "VAS-CALL", "trigger": "channel"},
    "detail_masking": {"mask_voice": True},
    "detail_query": {"month": "2026-12", "delivery": "screen"},
    "detail_print": {"month": "2026-12"},
    "prepayment_refund": {"reason": "不再使用"},
    "relocation": {
        "kind": "other_area",
        "province": "安徽省",
        "city": "合肥市",
        "district": "蜀山区",
        "street": "科学大道9号3幢1201室",
        "area": "urban",
        "resource_check": "ready",
        "resource_reference": "ZY-20261212-01",
        "appointed_on": "2026-12-20",
        "keep_number": True,
    },
    "roaming_opening": {
        "service": "international_roaming",
        "destinations": "日本，US",
        "payment_method": "cash",
        "informed": True,
    },
    "roaming_closing": {"service": "international_roaming", "informed": True},
    "account_record_change": {"title": "合肥示范银行信息中心"},
    "customer_record_change": {"address": "安徽省合肥市长江路200号"},
}


#: The number on the identity card of the handler who applies for the first organisation.
CARD = handler_details().id_number


def papers_of(item_code: str) -> tuple[ShownPaper, ...]:
    """Every paper of an item, all right."""
    return tuple(
        ShownPaper(
            paper.kind, CARD if paper.kind is PaperKind.HANDLER_ID else f"{paper.kind}-1", True, True, True
        )
        for paper in service_item(item_code).papers
    )


def with_card(request: OrderRequest, number: str) -> OrderRequest:
    """The same application with another identity card shown."""
    papers = tuple(
        replace(paper, reference=number) if paper.kind is PaperKind.HANDLER_ID else paper
        for paper in request.papers
    )
    return replace(request, papers=papers)


def application(
    world: World,
    item_code: str,
    lines: Sequence[Connected | int],
    *,
    details: Mapping[str, Any] | None = None,
    values: Mapping[int, Mapping[str, str]] | None = None,
    organization: int | None = None,
    completion: Completion = Completion.ALL_OR_NOTHING,
    key: str = "",
    verification: int | None = None,
) -> OrderRequest:
    """An application for lines of the first Hefei organisation with all papers and answers."""
    owner = organization or world.organizations["HF"][0]
    ids = [line if isinstance(line, int) else line.line_id for line in lines]
    return OrderRequest(
        item_code=item_code,
        organization_id=owner,
        handler_id=world.handlers[owner],
        papers=papers_of(item_code),
        details=dict(DETAILS.get(item_code, {})) | dict(details or {}),
        lines=tuple(LineChoice(id_, (values or {}).get(id_, {})) for id_ in ids),
        completion=completion,
        idempotency_key=key,
        verification_id=verification,
    )
