"""Demo customers of the portal: one handler whose telephone is a line of his organisation, and one ordinary line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from trunkline.interfaces.cli.demo.customers import Registered
from trunkline.interfaces.cli.demo.people import handler_details
from trunkline.party.operations import register_handler
from trunkline.party.queries import find_organizations, handlers
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import adopt_passwords, deposit_password
from trunkline.subscriptions.queries import line_by_number, lines_of_organization

#: Printed to whoever runs the demo; these lines belong to people who do not exist.
DEMO_SERVICE_PASSWORD = "394817"  # noqa: S105  # nosec B105


@dataclass(frozen=True, slots=True)
class PortalLogin:
    """What to type at the portal: a number, and the organisation's code where its handler comes."""

    name: str
    number: str
    organization: str


def load_portal(made: Registered, *, clerk: Actor, system: Actor, at: datetime) -> None:
    """Register the organisation's handler anew with a line as his telephone; he and a colleague get passwords."""
    with acting(clerk):
        first, second = lines_of_organization(made.organization_id, limit=2)
        address = handlers(made.organization_id)[0].postal_address
    details = handler_details(made.handler, made.place, branch=made.customer.branch, address=address)
    register_handler(
        organization_id=made.organization_id,
        details=replace(details, phone=first.number),
        actor=clerk,
        at=at,
    )
    for line in (first, second):
        deposit = deposit_password(line_id=line.id, password=DEMO_SERVICE_PASSWORD, actor=system, at=at)
        adopt_passwords(deposits=[deposit], actor=system, at=at)


def portal_logins(customer: str) -> tuple[PortalLogin, ...]:
    """The logins of a demo organisation, as far as they are there. Runs inside `acting`."""
    for organization in find_organizations(customer):
        for handler in handlers(organization.id):
            line = line_by_number(handler.phone)
            if line is not None and line.organization_id == organization.id:
                colleagues = lines_of_organization(organization.id, limit=2)
                return (
                    PortalLogin(f"{organization.name} {handler.name}", line.number, organization.code),
                    *(
                        PortalLogin(one.user_name, one.number, "")
                        for one in colleagues
                        if one.number != line.number
                    ),
                )
    return ()
