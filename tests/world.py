"""A small world for tests: branches, staff, catalogue, numbers, SIM cards and two organisations a branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.codes import iccid, imsi, resident_id, uscc
from trunkline.interfaces.cli.demo import reference
from trunkline.numbering import operations as numbering
from trunkline.numbering.types import NumberKind
from trunkline.party import operations as party
from trunkline.party.types import CustomerClass, HandlerDetails, Industry, NeedLevel, Segment
from trunkline.security.queries import SYSTEM_LOGIN, system_actor
from trunkline.security.types import Door
from trunkline.subscriptions import operations as subscriptions

BUILT_AT = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
#: Numbers and SIM cards in each branch's stock.
STOCK = 400


@dataclass(frozen=True)
class World:
    """Ids of what tests work with."""

    branches: dict[str, int]
    #: Organisation ids by branch code: two each, the first large, the second an SME.
    organizations: dict[str, tuple[int, int]]
    #: One registered handler for each organisation id.
    handlers: dict[int, int]


def logins(role: str, branch: str) -> str:
    """The login of the world's staff member with a role in a branch."""
    if role == "system":
        return SYSTEM_LOGIN
    for login in reference.LOGINS:
        if role in login.roles and (login.everywhere or login.branch == branch):
            return login.login
    raise LookupError(f"nobody is {role} in {branch}")


def number_of(branch: str, index: int) -> str:
    """The index-th number of a branch's stock: 186 and ordinary endings."""
    return f"186{ {'HF': '5510', 'WH': '5530'}[branch] }{index:04d}".replace(" ", "")


def handler_details(seed: int = 1) -> HandlerDetails:
    """A handler whose five fields and identity number are right (S01-R1)."""
    return HandlerDetails(
        name="冯立群",
        phone=f"1385510{seed:04d}",
        email=f"handler{seed}@example.com",
        postal_address="安徽省合肥市徽州大道1号",
        postcode="230001",
        id_number=resident_id("340102", "19800101", seed),
    )


def build_world() -> World:
    """Build it through the same operations as real work."""
    actor = system_actor(Door.CLI)
    at = BUILT_AT
    branches = reference.load_branches_and_staff(actor=actor, at=at)
    reference.load_catalog(actor=actor, at=at)
    reference.load_grades(actor=actor, at=at)
    actor = system_actor(Door.CLI)
    organizations: dict[str, tuple[int, int]] = {}
    handlers: dict[int, int] = {}
    for place, (code, branch_id) in enumerate(branches.items()):
        numbering.stock_numbers(
            numbers=[number_of(code, i) for i in range(STOCK)],
            kind=NumberKind.MOBILE,
            stock_id=branch_id,
            actor=actor,
            at=at,
        )
        subscriptions.stock_sims(
            iccids_imsis=[(iccid(place * STOCK + i), imsi(place * STOCK + i)) for i in range(STOCK)],
            stock_id=branch_id,
            actor=actor,
            at=at,
        )
        made = []
        for index, segment in enumerate((Segment.LARGE, Segment.SME)):
            organization = party.register_organization(
                branch_id=branch_id,
                name=f"{'合肥' if code == 'HF' else '芜湖'}{'示范银行' if index == 0 else '示范物流'}",
                uscc=uscc(f"9134{place}100MA", place * 10 + index + 1),
                customer_class=CustomerClass.ENTERPRISE,
                segment=segment,
                industry=Industry.BANKING if index == 0 else Industry.LOGISTICS,
                need_level=NeedLevel.FULL_SERVICE,
                address="安徽省合肥市长江路100号",
                legal_representative="何守正",
                actor=actor,
                at=at,
            )
            handlers[organization] = party.register_handler(
                organization_id=organization, details=handler_details(index + 1), actor=actor, at=at
            )
            made.append(organization)
        organizations[code] = (made[0], made[1])
    return World(branches, organizations, handlers)
