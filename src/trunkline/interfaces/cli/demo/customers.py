"""Registering the organisations of the demo with the people who speak for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from trunkline.interfaces.cli.demo.codes import uscc
from trunkline.interfaces.cli.demo.people import DISTRICTS, ELSEWHERE, Person, handler_details, people
from trunkline.interfaces.cli.demo.province import Customer
from trunkline.party import operations as party
from trunkline.party.types import ContactRole, CustomerClass
from trunkline.security.types import Actor

_REGIONS = {"HF": "340100", "WH": "340200"}
_CITIES = {"HF": "合肥市", "WH": "芜湖市"}
_CONTACTS = (
    (ContactRole.DECISION_MAKER, "分管领导"),
    (ContactRole.CONTACT, "办公室主任"),
    (ContactRole.KEY_PERSON, "信息中心主任"),
)


@dataclass(frozen=True, slots=True)
class Registered:
    """An organisation that stands in the books."""

    customer: Customer
    organization_id: int
    handler_id: int
    handler: Person
    legal_representative: str
    place: int
    identity_paper: str


def _code(customer: Customer, place: int) -> str | None:
    if not customer.licensed:
        return None
    kind = "11" if customer.customer_class is CustomerClass.GOVERNMENT else "91"
    return uscc(kind, _REGIONS[customer.branch], 1_000 + place * 37)


def _register_people(
    made: Registered, place: int, persons: Iterator[Person], actor: Actor, at: datetime
) -> None:
    for number, (role, title) in enumerate(_CONTACTS):
        party.add_contact(
            organization_id=made.organization_id,
            name=next(persons).name,
            role=role,
            title=title,
            phone=f"1000001{place:02d}{number:02d}",
            email=f"contact{place:02d}{number}@example.com",
            actor=actor,
            at=at,
        )


def register(
    customer: Customer, place: int, *, seed: int, branch_id: int, actor: Actor, at: datetime
) -> Registered:
    """Register one organisation with its handler and contacts; `actor` is its account manager."""
    persons = people(seed, "organisation", place, districts=DISTRICTS[customer.branch])
    legal = next(persons)
    strangers = people(seed, "handler", place, districts=ELSEWHERE)
    handler = next(persons) if customer.local_handler else next(strangers)
    address = f"安徽省{_CITIES[customer.branch]}{customer.street}"
    code = _code(customer, place)
    notice = "" if code else f"（皖）名称预核准〔2026〕第{place:05d}号"
    organization = party.register_organization(
        branch_id=branch_id,
        name=customer.name,
        uscc=code,
        pre_approval_notice=notice,
        customer_class=customer.customer_class,
        segment=customer.segment,
        industry=customer.industry,
        need_level=customer.need,
        address=address,
        legal_representative=legal.name,
        account_manager_id=actor.staff_id,
        actor=actor,
        at=at,
    )
    handler_id = party.register_handler(
        organization_id=organization,
        details=handler_details(handler, place, branch=customer.branch, address=address),
        actor=actor,
        at=at,
    )
    made = Registered(customer, organization, handler_id, handler, legal.name, place, code or notice)
    _register_people(made, place, persons, actor, at)
    return made
