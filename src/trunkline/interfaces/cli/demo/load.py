"""The demo province, made in the order in which it would have happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from trunkline.catalog.queries import offerings
from trunkline.interfaces.cli.demo import reference
from trunkline.interfaces.cli.demo.contracts import AgreementStory, BranchDesk
from trunkline.interfaces.cli.demo.customers import Registered, register
from trunkline.interfaces.cli.demo.emptiness import has_organizations
from trunkline.interfaces.cli.demo.money import bill_month, pay_month
from trunkline.interfaces.cli.demo.people import DISTRICTS, people
from trunkline.interfaces.cli.demo.portal import load_portal
from trunkline.interfaces.cli.demo.province import PORTAL_CUSTOMER, TOUR_CUSTOMER, customers
from trunkline.interfaces.cli.demo.stock import load_stock, stray_numbers
from trunkline.interfaces.cli.demo.timeline import Timeline, moment
from trunkline.interfaces.cli.demo.tour import write_tour
from trunkline.interfaces.cli.demo.usage import write_month
from trunkline.interfaces.cli.demo.wishes import load_wishes
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.numbering.operations import reserve_numbers
from trunkline.numbering.queries import search_numbers
from trunkline.numbering.searching import NumberSearch
from trunkline.numbering.types import NumberState
from trunkline.runs.intake import take_usage_file
from trunkline.security.audit import acting
from trunkline.security.queries import actor_by_login, system_actor
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.queries import count_lines, plan_periods

SEED = 20_260_701
#: Branches, plans and stock are there from here on.
BEGINNING = date(2026, 6, 15)
USAGE_MONTHS = (Month(2026, 8), Month(2026, 9), Month(2026, 10))
#: October is left to whoever tries the program.
BILLED_MONTHS = USAGE_MONTHS[:2]
#: In this month a switch sends records again, and rows that are wrong.
FAULTY_MONTH = USAGE_MONTHS[1]
_RESERVED_UNTIL = date(2026, 12, 31)

NOT_EMPTY = Refusal(
    "demo.not_empty",
    "",
    Text(
        "库中已有集团客户，演示数据只装入空库",
        "There are organisations already; the demo goes into an empty database",
    ),
)

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made: counts, and seconds by phase."""

    organizations: int
    lines: int
    usage_records: int
    bills: int
    seconds: dict[str, float]


@dataclass
class Province:
    """The demo while it is being made."""

    system: Actor
    scale: float
    seed: int
    timeline: Timeline
    branches: dict[str, int] = field(default_factory=dict)
    desks: dict[str, BranchDesk] = field(default_factory=dict)
    registered: list[Registered] = field(default_factory=list)
    records: int = 0
    bills: int = 0

    def _reference(self) -> None:
        """Branches, staff, catalogue, stock."""
        at = moment(BEGINNING)
        self.branches = reference.load_branches_and_staff(actor=self.system, at=at)
        reference.load_catalog(actor=self.system, at=at)
        reference.load_grades(actor=self.system, at=at)
        # Now there are branches to act for.
        self.system = system_actor(Door.CLI)
        load_stock(self.branches, self.scale, actor=self.system, at=at)
        self.billing = actor_by_login("billing", Door.CLI)
        reviewer = actor_by_login("department", Door.CLI)
        for code, branch_id in self.branches.items():
            manager, clerk = (
                actor_by_login(f"{code.lower()}.{role}", Door.CLI) for role in ("manager", "clerk")
            )
            self.desks[code] = BranchDesk(manager, clerk, reviewer, branch_id)

    def _customers(self) -> None:
        """Organisations with their people, a few each day; their agreements go on the timeline."""
        serial = 0
        for place, customer in enumerate(customers(self.scale), 1):
            desk = self.desks[customer.branch]
            made = register(
                customer,
                place,
                seed=self.seed,
                branch_id=desk.branch_id,
                actor=desk.manager,
                at=moment(BEGINNING + timedelta(days=1 + place // 3), 9 + place % 3),
            )
            self.registered.append(made)
            persons = people(self.seed, "member", place, districts=DISTRICTS[customer.branch])
            for contract in customer.contracts:
                AgreementStory(made, contract, persons, desk, serial).plan_on(self.timeline)
                serial += sum(batch.members for batch in contract.batches)

    def _months(self) -> None:
        """Usage comes after each month, its bills after that, payments after those."""
        for month in USAGE_MONTHS:
            after = month.next().first_day
            self.timeline.add(moment(after, 2), "usage", partial(self._usage, month))
            if month not in BILLED_MONTHS:
                continue
            self.timeline.add(moment(after, 6), "bills", partial(self._bills, month))
            for made in self.registered:
                if month.number in made.customer.pays:
                    paid = moment(after + timedelta(days=5 + made.place % 12), 14)
                    desk = self.desks[made.customer.branch]
                    self.timeline.add(paid, "payments", partial(pay_month, month, made, desk))

    def _usage(self, month: Month, at: datetime) -> None:
        with acting(self.system):
            periods = [p for p in plan_periods(month) if p.active_from < month.end]
        files = write_month(
            month,
            periods,
            settings.TRUNKLINE_VAR / "demo" / "usage",
            strays=stray_numbers(),
            branches={branch_id: code for code, branch_id in self.branches.items()},
            data_plans={o.id for o in offerings() if o.code.startswith("3GD")},
            seed=self.seed,
            faulty=month == FAULTY_MONTH,
        )
        for path in files:
            self.records += take_usage_file(path=path, actor=self.billing, at=at).accepted

    def _bills(self, month: Month, at: datetime) -> None:
        self.bills += bill_month(month, actor=self.billing, at=at).bills

    def _reservations(self) -> None:
        """What clerks keep back for customers who are still choosing."""
        day = date(2026, 10, 29)
        for code, desk in self.desks.items():
            with acting(desk.clerk):
                chosen = [
                    n.number
                    for n in search_numbers(NumberSearch(stock_id=desk.branch_id, grade="AAA"), limit=2)
                ]
                chosen += [
                    n.number for n in search_numbers(NumberSearch(stock_id=desk.branch_id, grade=""), limit=4)
                ]
            holder = (
                f"customer:{next(o.organization_id for o in self.registered if o.customer.branch == code)}"
            )
            reserve_numbers(
                numbers=chosen,
                purpose="counter",
                holder=holder,
                expires_at=moment(_RESERVED_UNTIL, 18),
                actor=desk.clerk,
                at=moment(day, 16),
            )

    def _wishes(self) -> None:
        """400 numbers that organisations of Hefei want."""
        ours = [made for made in self.registered if made.customer.branch == "HF" and made.customer.licensed]
        load_wishes(ours, unit=self.desks["HF"].manager, desk=actor_by_login("office", Door.CLI))

    def _tour(self) -> None:
        made = next(made for made in self.registered if made.customer.name == TOUR_CUSTOMER)
        desk = self.desks[made.customer.branch]
        with acting(desk.manager):
            in_use = search_numbers(
                NumberSearch(stock_id=desk.branch_id, grade="", state=NumberState.IN_USE), limit=40
            )
        lines = [view.number for view in in_use]
        write_tour(settings.TRUNKLINE_VAR / "demo", made, self.seed, taken=lines[0], lines=lines)

    def _portal(self) -> None:
        """Customers who can log in at the portal."""
        made = next(made for made in self.registered if made.customer.name == PORTAL_CUSTOMER)
        at = moment(date(2026, 10, 29), 17)
        load_portal(made, clerk=self.desks[made.customer.branch].clerk, system=self.system, at=at)

    def load(self) -> Loaded:
        """Everything, in one transaction: a load that is interrupted leaves nothing behind."""
        with transaction.atomic():
            self.timeline.timed("reference", self._reference)
            self.timeline.timed("organisations", self._customers)
            self._months()
            self.timeline.run()
            self.timeline.timed("reservations", self._reservations)
            self.timeline.timed("wishes", self._wishes)
            self.timeline.timed("portal", self._portal)
            self.timeline.timed("tour", self._tour)
            with acting(self.system):
                lines = sum(
                    count for made in self.registered for count in count_lines(made.organization_id).values()
                )
        return Loaded(len(self.registered), lines, self.records, self.bills, dict(self.timeline.seconds))


def load_demo(*, actor: Actor, scale: float = 1.0, seed: int = SEED, told: Told | None = None) -> Loaded:
    """Make the demo province; `Refused` (``demo.not_empty``) when there are organisations already."""
    if has_organizations(actor):
        raise Refused(NOT_EMPTY)
    return Province(actor, scale, seed, Timeline(told or _silent)).load()


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody listens."""
