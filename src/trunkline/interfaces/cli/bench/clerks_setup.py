"""What the benchmark of clerks needs in a database of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connections

from trunkline.counter import desk
from trunkline.counter.bench import BRANCH, connect, open_desk, papers_of, signed_agreement, stock_up
from trunkline.counter.bench_plain import record
from trunkline.kernel.clock import now
from trunkline.ordering.types import LineChoice, OrderRequest
from trunkline.security.audit import acting
from trunkline.security.tokens import issue_token
from trunkline.subscriptions.queries import lines_of_organization


def prepare(clerks: int, lines_each: int) -> dict[str, Any]:
    """Make lines in service, a token for each clerk, and one order's writes as plain SQL; tell them in primitives."""
    at, wanted = now(), clerks * lines_each
    made = open_desk()
    stock_up(wanted, made.actor)
    connect(made, signed_agreement(made, 0, wanted))
    tokens = [
        issue_token(
            name=f"bench-{n}", branch_code=BRANCH, role="clerk", expires_at=at + timedelta(days=1),
            actor=made.actor, at=at,
        ).secret
        for n in range(clerks)
    ]  # fmt: skip
    with acting(made.actor):
        lines = lines_of_organization(made.organization, limit=wanted)
    request = OrderRequest(
        item_code="loss_report",
        organization_id=made.organization,
        handler_id=made.handler,
        papers=papers_of("loss_report"),
        details={},
        lines=(LineChoice(lines[0].id, {}),),
    )
    recorded = record(lambda: desk.place(request=request, actor=made.actor, at=at))
    with connections["owner"].cursor() as cursor:
        for statement in recorded.create():
            cursor.execute(statement)
    owner: dict[str, Any] = connections["owner"].settings_dict
    return {
        "organization": made.organization,
        "handler": made.handler,
        "numbers": [line.number for line in lines],
        "tokens": tokens,
        "owner": {key: str(owner[key]) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")},
        "papers": [paper.kind for paper in request.papers],
        "script": recorded.script,
        "statements": recorded.statements,
    }
