"""Every service item is complete: prices, permissions, clauses, and a test for each of its guards."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.rules.test_guard_matrix import MATRIX
from tests.service_items import all_cases
from trunkline.counter.registry import service_items
from trunkline.counter.standard import STANDARD
from trunkline.ordering.item import LineGuard, Origin
from trunkline.security.roles import ROLES

OPERATIONS = Path(__file__).parents[1] / "operations"
#: Guards that only the matrix brings up: their states cannot be reached by an operation yet.
BY_MATRIX = {
    (item, guard)
    for item in MATRIX
    for guard in (
        "organisation_name",
        "no_number_arrangement",
        "no_marketing_policy",
        "no_subsidy",
        "not_in_phase",
        "real_name",
    )
}
#: New installations are refused in a file of their own: the guard, and the test that brings it up.
NEW_INSTALLATION = {
    "agreement_in_force": "test_an_unsigned_attachment_connects_nobody",
    "out_of_town_secured": "test_an_sme_with_an_out_of_town_id_pays_in_advance",
    "bank_data_complete": "test_every_reason_is_given_at_once",
    "notice_only_without_licence": "test_a_licensed_customer_cannot_apply_on_the_notice_of_a_name",
    "cards_in_stock": "test_too_few_cards_in_stock_are_told",
    "numbers_reserved": "test_a_number_that_is_no_longer_reserved_is_refused",
    "five_lines_a_person": "test_a_persons_sixth_line_is_refused_over_the_whole_operator",
    "plans_priced": "test_a_plan_without_a_price_is_refused",
}
#: What the channel decides cannot come up at the clerk's desk, where the cases are tried.
AT_OTHER_CHANNELS = {
    ("product_installation", "key_service_in_own_hall"): "test_a_switchboard_is_ordered_in_an_own_hall_only"
}

#: Details are refused in other channels than the hall, too: the guard, and the test that brings it up.
DETAIL_QUERY = {
    "proof_is_enough": "test_one_lines_service_password_does_not_open_everybodys_details",
    "mailbox_only": "test_through_an_account_manager_nothing_is_shown_on_a_screen",
    "handler_has_mailbox": "test_without_a_handler_there_is_no_mailbox_to_send_to",
    "password_has_a_way": "test_the_password_goes_to_a_line_of_the_organisation_in_service_or_nowhere",
    "organisation_name": "test_a_line_in_an_individuals_name_goes_by_the_rules_for_the_public",
}


def names_of_tests(path: Path) -> set[str]:
    return {
        n.name
        for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(n, ast.FunctionDef)
    }


def test_every_item_has_an_accepting_test_and_every_guard_a_refusing_one() -> None:
    there = names_of_tests(OPERATIONS / "test_new_installation.py")
    details = names_of_tests(OPERATIONS / "test_details.py")
    refused = (
        set(all_cases().refused)
        | BY_MATRIX
        | {("new_installation", guard) for guard, test in NEW_INSTALLATION.items() if test in there}
        | {("detail_query", guard) for guard, test in DETAIL_QUERY.items() if test in details}
        | {("detail_print", "organisation_name")}
    )
    elsewhere = names_of_tests(OPERATIONS / "test_products.py")
    refused |= {place for place, test in AT_OTHER_CHANNELS.items() if test in elsewhere}
    wanted = {(code, guard.code) for code, item in service_items().items() for guard in item.all_guards()}
    assert wanted - refused == set()
    assert service_items().keys() - all_cases().accepted.keys() == {"new_installation"}


def test_every_price_an_item_charges_is_declared_with_its_reference() -> None:
    for code, item in service_items().items():
        assert item.fee in {price.code for price in item.prices}, code
        assert all(price.reference for price in item.prices), code


def test_every_item_may_be_applied_for_by_a_role_of_each_of_its_channels() -> None:
    for code, item in service_items().items():
        staffed = {role.channel for role in ROLES}
        for channel in item.channels & staffed:
            roles = [role for role in ROLES if role.channel is channel]
            assert any({item.permission, "item.*"} & set(role.permissions) for role in roles), (code, channel)


def test_every_item_carries_out_a_clause_of_the_standard() -> None:
    items = service_items().values()
    carried_out = [item.code for clause in STANDARD for item in clause.items(items)]
    assert sorted(carried_out) == sorted(service_items())
    for clause in STANDARD:
        assert clause.note is None or clause.items(items) == (), clause.code


def test_every_guard_names_its_clause_and_inferred_items_say_so() -> None:
    for code, item in service_items().items():
        guards = [guard.code for guard in item.all_guards()]
        assert len(set(guards)) == len(guards), code
        assert all(guard.clause for guard in item.all_guards()), code
        inferred = item.origin is Origin.INFERRED
        assert inferred == item.clause.startswith(
            ("S04", "S10", "S14", "S15", "S20", "S21", "S26", "S27", "REG-17")
        ), code
        assert all(isinstance(guard, LineGuard) for guard in item.line_guards)
