"""The customer's own door (S24, X-R2): a number with its service password, or a handler for his organisation.

A handler proves himself by the service password of a line of the organisation that is registered as his telephone:
the password was sent to that line and to nobody else (S24-4), so whoever knows it holds the handler's telephone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trunkline.counter import desk
from trunkline.counter.identity import verify_by_password
from trunkline.counter.registry import service_items
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.rules import PROOF_HOLDS
from trunkline.ordering.sessions import (
    SessionView,
    end_session,
    end_sessions,
    open_session,
    open_session_of,
    renew_session,
    see_session,
)
from trunkline.ordering.types import LineChoice, OrderRequest, OrderState, OrderView, VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.party.queries import handler, handlers, organization_by_code
from trunkline.party.types import HandlerView
from trunkline.security.audit import acting, operation
from trunkline.security.queries import digest_of, reception, web_hall_actor
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import compare_nothing, deposit_password
from trunkline.subscriptions.queries import line_by_number, lines, password_set_at
from trunkline.subscriptions.types import LineState, LineView, NameType

#: How long a session lasts without a page being opened, and how exactly that is kept.
IDLE = timedelta(minutes=15)
_SEEN_EVERY = timedelta(seconds=30)
PASSWORD_CHANGE = "service_password_change"  # noqa: S105 - an item, no password  # nosec B105

NOT_OWN_LINE = Refusal(
    "portal.not_own_line",
    "X-R2",
    Text("登录身份只能办理本号码的业务：{subject}", "Only for the number logged in with: {subject}"),
)
NOT_HERE = Refusal(
    "portal.item.unknown",
    "",
    Text("网上营业厅没有这项业务：{subject}", "The web hall has no such item: {subject}"),
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is logged in: a line, and the handler who acts for the organisation where it is one."""

    session: SessionView
    line: LineView
    handler: HandlerView | None
    actor: Actor

    @property
    def organization_id(self) -> int:
        """The organisation whose line or handler it is."""
        return self.session.organization_id

    @property
    def public(self) -> bool:
        """Whether the rules for the public apply, and not this standard (X-A2)."""
        return self.line.name_type is NameType.INDIVIDUAL

    def may_apply_for_others(self, item: ServiceItem[object, object]) -> bool:
        """A handler applies for all lines of his organisation, except for what only a line's user may (S24, S32-D)."""
        return self.handler is not None and item.needs_handler

    def proof_holds(self, at: datetime) -> bool:
        """Whether an order may still rest on the service password as it was given last."""
        return at < self.session.proved_at + PROOF_HOLDS


def log_in(*, number: str, password: str, organization_code: str = "", at: datetime) -> str | None:
    """Open a session; returns its secret, or None whatever was wrong, after the same time.

    With `organization_code` the number must be the telephone of one of that organisation's handlers.
    """
    with acting(reception()):
        line = line_by_number(number.strip())
    actor = web_hall_actor(line.branch_id) if line is not None else None
    if actor is None:
        compare_nothing(password)
        return None
    return _enter(
        number=number.strip(), password=password, organization_code=organization_code, actor=actor, at=at
    )


@operation("portal.open")
def _enter(*, number: str, password: str, organization_code: str, actor: Actor, at: datetime) -> str | None:
    """Check the password, find whom it stands for, and open the session. A wrong try is kept, so nothing is raised."""
    proof = verify_by_password(number=number, password=password, actor=actor, at=at).verification_id
    line = line_by_number(number)
    if proof is None or line is None or line.state is not LineState.ACTIVE:
        return None
    speaks = _handler_of(line, organization_code) if organization_code else None
    if organization_code and speaks is None:
        return None
    secret = secrets.token_urlsafe(32)
    open_session(
        digest=digest_of(secret),
        branch_id=line.branch_id,
        line_id=line.id,
        organization_id=line.organization_id,
        handler_id=speaks.id if speaks else None,
        proof_id=proof,
        organization_proof_id=_proof_for_all(line, actor, at) if speaks else None,
        actor=actor,
        at=at,
    )
    return f"{line.branch_id}.{secret}"


def _handler_of(line: LineView, organization_code: str) -> HandlerView | None:
    """The handler whose telephone a line is, where it is a line of the organisation with that code (X-A1)."""
    customer = organization_by_code(organization_code)
    if customer is None or customer.id != line.organization_id or line.name_type is NameType.INDIVIDUAL:
        return None
    return next((one for one in handlers(customer.id) if one.phone == line.number), None)


def _proof_for_all(line: LineView, actor: Actor, at: datetime) -> int:
    """What a handler proved by his line counts for the organisation he speaks for."""
    return record_verification(
        organization_id=line.organization_id,
        branch_id=line.branch_id,
        line_id=None,
        kind=VerificationKind.SERVICE_PASSWORD,
        passed=True,
        actor=actor,
        at=at,
    )


def visitor(secret: str, at: datetime) -> Visitor | None:
    """Who holds this secret; None when it opens nothing, or no more.

    A session is over 15 minutes after it was last used, when the customer left, when the line's password is
    another one, and when the line or the handler is no longer what it was.
    """
    branch, _, rest = secret.partition(".")
    actor = (
        web_hall_actor(int(branch)) if branch.isascii() and branch.isdecimal() and len(branch) < 10 else None
    )
    if actor is None:
        return None
    with acting(actor):
        session = open_session_of(digest_of(rest))
        if session is None or at >= session.last_seen_at + IDLE:
            return None
        line = lines([session.line_id])[session.line_id]
        speaks = handler(session.handler_id) if session.handler_id else None
        set_at = password_set_at(line.id)
        if not _still(session, line, speaks) or set_at is None or set_at > session.proved_at:
            return None
        if at - session.last_seen_at >= _SEEN_EVERY:
            see_session(session_id=session.id, actor=actor, at=at)
    return Visitor(session, line, speaks, actor)


def _still(session: SessionView, line: LineView, speaks: HandlerView | None) -> bool:
    return (
        line.state is LineState.ACTIVE
        and line.organization_id == session.organization_id
        and (speaks is None or speaks.phone == line.number)
    )


def leave(who: Visitor, at: datetime) -> None:
    """End the session."""
    end_session(session_id=who.session.id, actor=who.actor, at=at)


def prove_again(who: Visitor, *, password: str, at: datetime) -> Visitor | None:
    """Take the service password once more, so that orders may rest on it; None when it is wrong."""
    return _prove_again(who=who, password=password, actor=who.actor, at=at)


@operation("portal.renew", kept={"who": lambda who: who.session.id})
def _prove_again(*, who: Visitor, password: str, actor: Actor, at: datetime) -> Visitor | None:
    proof = verify_by_password(number=who.line.number, password=password, actor=actor, at=at).verification_id
    if proof is None:
        return None
    for_all = _proof_for_all(who.line, actor, at) if who.handler else None
    renew_session(
        session_id=who.session.id, proof_id=proof, organization_proof_id=for_all, actor=actor, at=at
    )
    renewed = replace(
        who.session, proof_id=proof, organization_proof_id=for_all, proved_at=at, last_seen_at=at
    )
    return replace(who, session=renewed)


def items_for(who: Visitor) -> tuple[ServiceItem[object, object], ...]:
    """What a visitor may apply for here: the web hall's items that a service password is enough for."""
    if who.public:
        return ()
    return tuple(
        item
        for item in service_items().values()
        if who.actor.channel in item.channels
        and VerificationKind.SERVICE_PASSWORD in item.verifications
        and item.code != PASSWORD_CHANGE
    )


def item_for(who: Visitor, code: str) -> ServiceItem[object, object]:
    """One of them; `Refused` (``portal.item.unknown``) when it is none."""
    for item in items_for(who):
        if item.code == code:
            return item
    raise Refused(NOT_HERE.about(code))


def proved(who: Visitor, request: OrderRequest, item: ServiceItem[object, object]) -> OrderRequest:
    """The request with who applies and by which proof; `Refused` where it reaches beyond the visitor's own."""
    chosen = {choice.line_id for choice in request.lines}
    beyond = chosen - {who.line.id}
    if beyond and not who.may_apply_for_others(item):
        raise Refused(NOT_OWN_LINE.about(who.line.number))
    session = who.session
    return replace(
        request,
        organization_id=who.organization_id,
        handler_id=who.handler.id if who.may_apply_for_others(item) and who.handler else None,
        papers=(),
        verification_id=session.organization_proof_id if beyond else session.proof_id,
    )


@operation("portal.apply", kept={"who": lambda who: who.session.id})
def apply(*, who: Visitor, request: OrderRequest, actor: Actor, at: datetime) -> OrderView:
    """Place an order for a visitor; the trail has it under the session. `Refused` holds every reason."""
    return desk.place(request=request, actor=actor, at=at)


@operation("portal.change_password", kept={"who": lambda who: who.session.id, "new": lambda _: None})
def change_password(*, who: Visitor, new: str, key: str, actor: Actor, at: datetime) -> OrderView:
    """服务密码修改 (S24): the new password is handed in, an order takes it into use, all sessions of the line end.

    `Refused` with every reason against; then nothing has changed.
    """
    deposit = deposit_password(line_id=who.line.id, password=new, actor=actor, at=at)
    request = OrderRequest(
        item_code=PASSWORD_CHANGE,
        organization_id=who.organization_id,
        handler_id=None,
        papers=(),
        details={},
        idempotency_key=key,
        lines=(LineChoice(who.line.id, {"new_password": str(deposit)}),),
        verification_id=who.session.proof_id,
    )
    placed = desk.place(request=request, actor=actor, at=at)
    if placed.state is not OrderState.COMPLETED:
        raise Refused(placed.failure)
    end_sessions(line_ids=[who.line.id], actor=actor, at=at)
    return placed
