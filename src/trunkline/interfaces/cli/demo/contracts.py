"""Agreements of the demo, from draft to connected lines, through the same verbs as real work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from trunkline.agreements import operations as agreements
from trunkline.agreements import queries
from trunkline.agreements.clauses.parameters import defaults
from trunkline.agreements.clauses.queries import template_named
from trunkline.agreements.types import AgreementTerms, BusinessKind, PremiumTerms, Side, SignerRole
from trunkline.catalog.types import FirstMonthMode
from trunkline.counter import desk
from trunkline.interfaces.cli.demo.customers import Registered
from trunkline.interfaces.cli.demo.members import members_of, sheet_of
from trunkline.interfaces.cli.demo.people import Person
from trunkline.interfaces.cli.demo.province import Batch, Contract, Reached
from trunkline.interfaces.cli.demo.timeline import Action, Timeline, moment
from trunkline.kernel.periods import local_date
from trunkline.numbering import operations as numbering
from trunkline.numbering.queries import grades, search_numbers
from trunkline.numbering.searching import NumberSearch
from trunkline.ordering.types import OrderRequest, OrderState, PaperKind, ShownPaper
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.types import Actor

OPERATOR_SIGNER = {"HF": "马守信", "WH": "高致和"}
#: What a line without local identity pays in advance, in yuan (S01-G2).
SECURITY = "200.00"

_BUSINESS: dict[BusinessKind, dict[str, Decimal | int | str]] = {
    BusinessKind.PREPAY_DISCOUNT_HANDSET: {
        "handset_model": "WP-S7",
        "handset_price": Decimal("1299.00"),
        "subsidy": Decimal("800.00"),
        "prepayment": Decimal("600.00"),
        "monthly_return": Decimal("25.00"),
        "months": 24,
    },
    BusinessKind.PREPAY_FREE_HANDSET: {
        "handset_model": "WP-E2",
        "handset_price": Decimal("699.00"),
        "prepayment": Decimal("1200.00"),
        "monthly_return": Decimal("50.00"),
        "months": 24,
    },
}
#: Kinds that are drafted by a template of their own; the others by the standard one.
_TEMPLATES = dict.fromkeys(_BUSINESS, "handset_campaign")
#: What is done how many days before members are connected.
_DRAFTED, _REVIEWED, _ACCEPTED, _PRINTED, _SIGNED_FIRST, _SIGNED_SECOND, _FILED = 9, 8, 7, 6, 4, 3, 1
_ONE_SIDE = {Reached.SIGNED_BY_CUSTOMER: Side.CUSTOMER, Reached.SIGNED_BY_OPERATOR: Side.OPERATOR}


@dataclass(frozen=True, slots=True)
class BranchDesk:
    """Who works on a branch's agreements, and who reviews them."""

    manager: Actor
    clerk: Actor
    reviewer: Actor
    branch_id: int


@dataclass
class AgreementStory:
    """One agreement from its draft on. Each method is one piece of work and takes its instant."""

    made: Registered
    contract: Contract
    persons: Iterator[Person]
    desk: BranchDesk
    #: Serial numbers of handsets begin here, so that no two stories give the same.
    first_serial: int
    id: int = 0
    premiums: list[str] = field(default_factory=list)
    orders: int = 0
    members: int = 0

    def plan_on(self, timeline: Timeline) -> None:
        """Put everything that happens to the agreement on the timeline, as far as it comes."""
        contract = self.contract
        days = [batch.day for batch in contract.batches]
        first = days[0] if days else contract.drafted_on + timedelta(days=_DRAFTED)
        timeline.add(self._on(first, _DRAFTED, 9), "agreements", self.draft)
        if contract.reached is Reached.DRAFT:
            return
        timeline.add(self._on(first, _DRAFTED, 15), "agreements", self.submit)
        if contract.reached is Reached.REVIEW:
            return
        timeline.add(self._on(first, _REVIEWED, 10), "agreements", self.review)
        timeline.add(self._on(first, _PRINTED, 9), "agreements", self.print)
        if contract.reached is Reached.PRINTED:
            return
        if contract.reached in _ONE_SIDE:
            side = _ONE_SIDE[contract.reached]
            timeline.add(self._on(first, _SIGNED_FIRST, 11), "agreements", self._signing(side))
            return
        timeline.add(self._on(first, _SIGNED_FIRST, 11), "agreements", self._signing(Side.CUSTOMER))
        timeline.add(self._on(first, _SIGNED_SECOND, 11), "agreements", self._signing(Side.OPERATOR))
        timeline.add(self._on(first, _FILED, 10), "agreements", self.file_originals)
        for ordinal, batch in enumerate(contract.batches, 1):
            self._plan_batch(timeline, ordinal, batch)

    def _plan_batch(self, timeline: Timeline, ordinal: int, batch: Batch) -> None:
        timeline.add(self._on(batch.day, _ACCEPTED, 10), "members", lambda at: self.accept(batch, at))
        signed = self._on(batch.day, _SIGNED_SECOND, 14)
        timeline.add(signed, "agreements", lambda at: self.sign_attachment(ordinal, at))
        timeline.add(self._on(batch.day, 0, 10), "orders", self.connect)

    def _on(self, day: date, days_before: int, hour: int) -> datetime:
        return moment(day - timedelta(days=days_before), hour, self.made.place % 60)

    def _signing(self, side: Side) -> Action:
        return lambda at: self.sign(side, at)

    def draft(self, at: datetime) -> None:
        contract = self.contract
        usual = {grade.code: grade for grade in grades()}
        with acting(self.desk.manager):
            for grade in contract.premiums:
                free = search_numbers(
                    NumberSearch(stock_id=self.desk.branch_id, grade=grade), limit=len(contract.premiums) + 1
                )
                self.premiums.append(next(n.number for n in free if n.number not in self.premiums))
        agreed = tuple(
            PremiumTerms(
                number, code, usual[code].prepayment, usual[code].months, usual[code].minimum_monthly
            )
            for number, code in zip(self.premiums, contract.premiums, strict=True)
        )
        with acting(self.desk.manager):
            template = template_named(_TEMPLATES.get(contract.kind, ""), local_date(at))
        modes = contract.batches[0].modes if contract.batches else (FirstMonthMode.FULL_MONTH,)
        self.id = agreements.draft_agreement(
            terms=AgreementTerms(
                organization_id=self.made.organization_id,
                business_kind=contract.kind,
                business_terms="",
                plan_code=contract.plan,
                first_month_mode=None if contract.plan.startswith("2G") else modes[0],
                term_years=contract.years,
                terminal_model=contract.terminal,
                unsupported_features=contract.unsupported,
                premiums=agreed,
                business_values=_BUSINESS.get(contract.kind, {}),
                template_id=template.id,
                clause_values=defaults(template.parameters),
            ),
            actor=self.desk.manager,
            at=at,
        )

    def submit(self, at: datetime) -> None:
        agreements.submit_agreement(agreement_id=self.id, actor=self.desk.manager, at=at)

    def review(self, at: datetime) -> None:
        agreements.review_agreement(
            agreement_id=self.id,
            approve=True,
            note="条款、预存和终端补贴已核对。",
            actor=self.desk.reviewer,
            at=at,
        )

    def print(self, at: datetime) -> None:
        agreements.print_agreement(agreement_id=self.id, actor=self.desk.manager, at=at)

    def sign(self, side: Side, at: datetime) -> None:
        """The customer's legal representative signs; for us somebody with a power of attorney."""
        ours = side is Side.OPERATOR
        agreements.sign_agreement(
            agreement_id=self.id,
            side=side,
            signer_name=OPERATOR_SIGNER[self.made.customer.branch]
            if ours
            else self.made.legal_representative,
            signer_role=SignerRole.AUTHORISED_REPRESENTATIVE if ours else SignerRole.LEGAL_REPRESENTATIVE,
            power_of_attorney=f"授〔2026〕{self.made.customer.branch}-01" if ours else "",
            signed_on=local_date(at),
            sealed_on=local_date(at),
            actor=self.desk.manager,
            at=at,
        )

    def sign_attachment(self, ordinal: int, at: datetime) -> None:
        signers = {Side.CUSTOMER: self.made.handler.name, Side.OPERATOR: self.desk.manager.name}
        for side, name in signers.items():
            agreements.sign_attachment(
                agreement_id=self.id,
                attachment=ordinal,
                side=side,
                signer_name=name,
                signed_on=local_date(at),
                sealed_on=local_date(at),
                actor=self.desk.manager,
                at=at,
            )

    def file_originals(self, at: datetime) -> None:
        """Three originals a side (P2-28)."""
        for ordinal in range(1, 7):
            ours = ordinal > 3
            agreements.register_original(
                agreement_id=self.id,
                ordinal=ordinal,
                side=Side.OPERATOR if ours else Side.CUSTOMER,
                holder=self.desk.manager.name if ours else self.made.handler.name,
                place="分公司档案室" if ours else f"{self.made.customer.name}办公室",
                actor=self.desk.manager,
                at=at,
            )

    def accept(self, batch: Batch, at: datetime) -> None:
        """The sheet of the batch's members; premium numbers are wanted by the first rows."""
        wanted, self.premiums = self.premiums[: batch.members], self.premiums[batch.members :]
        rows = members_of(
            self.persons,
            batch,
            plan=self.contract.plan,
            wanted=wanted,
            serials=self.first_serial + self.members,
        )
        self.members += len(rows)
        agreements.accept_members(
            agreement_id=self.id, content=sheet_of(rows), actor=self.desk.manager, at=at
        )

    def connect(self, at: datetime) -> None:
        """The order at the counter, carried out at once."""
        self.orders += 1
        placed = desk.place(request=self._request(), actor=self.desk.clerk, at=at)
        if self.contract.reached is Reached.FAILED_ORDER:
            with acting(self.desk.manager):
                lost = queries.connectable_members(self.id)[0].number
            numbering.release_numbers(
                holder=queries.holder_of(self.id), numbers=[lost], actor=self.desk.manager, at=at
            )
        carried_out = desk.execute(order_id=placed.id, actor=self.desk.clerk, at=at)
        expected = (
            OrderState.FAILED if self.contract.reached is Reached.FAILED_ORDER else OrderState.COMPLETED
        )
        if carried_out.state is not expected:
            raise RuntimeError(f"{self.made.customer.name}: {carried_out.state} {carried_out.failure}")

    def _request(self) -> OrderRequest:
        made = self.made
        papers = [
            (PaperKind.HANDLER_ID, made.handler.id_number),
            (PaperKind.AUTHORISATION, f"委-{made.place:03d}"),
            (PaperKind.NETWORK_AGREEMENT, f"协-{self.id:06d}"),
            (PaperKind.SUB_USER_TABLE, f"表-{self.id:06d}"),
            (
                PaperKind.REGISTRATION_CERTIFICATE
                if made.customer.licensed
                else PaperKind.PRE_APPROVAL_NOTICE,
                made.identity_paper,
            ),
        ]
        details: dict[str, Any] = {"payment_method": made.customer.payment.value}
        if made.customer.payment is PaymentMethod.BANK_COLLECTION:
            papers.append((PaperKind.BANK_AUTHORISATION, f"托-{made.place:03d}"))
            details |= {
                "bank": "临湖商业银行",
                "branch_code": f"3140{made.place:08d}",
                "account_name": made.customer.name,
                "account_number": f"620000{made.place:012d}",
                "authorisation": f"托-{made.place:03d}",
            }
        if not made.customer.local_handler:
            details |= {"security": "deposit", "security_amount": SECURITY}
        return OrderRequest(
            item_code="new_installation",
            organization_id=made.organization_id,
            handler_id=made.handler_id,
            papers=tuple(
                ShownPaper(kind, reference, original_seen=True, sealed=True, copy_kept=True)
                for kind, reference in papers
            ),
            details=details,
            agreement_id=self.id,
            idempotency_key=f"demo-{self.id}-{self.orders}",
        )
