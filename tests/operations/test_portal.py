"""Sessions of the portal: `trunkline verify` catches one that rests on nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.breaking import break_by, copy_to_break
from tests.conftest import Cluster
from tests.customers import PASSWORD, customers
from trunkline.counter.portal import log_in, visitor
from trunkline.kernel.checks import Check
from trunkline.ordering.checks import CHECKS
from trunkline.security.audit import acting
from trunkline.security.queries import system_actor
from trunkline.security.types import Channel, Door

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
BREAKERS = {
    "portal.session_proved": "UPDATE ordering_verification SET passed = false",
    "portal.session_handler": "UPDATE party_handler SET organization_id = organization_id + 1",
}


def _build(cluster: Cluster) -> None:
    known = customers(cluster.world, system_actor(Door.CLI), NOW - timedelta(days=1))
    secret = log_in(number=known.handler.number, password=PASSWORD, organization_code=known.code, at=NOW)
    assert secret is not None
    who = visitor(secret, NOW)
    assert who is not None
    assert who.actor.channel is Channel.WEB_HALL
    assert who.actor.branch_ids == (cluster.world.branches["HF"],)


@pytest.fixture(scope="module")
def visited(cluster: Cluster) -> Iterator[None]:
    with copy_to_break(cluster, lambda: _build(cluster)):
        yield


@pytest.mark.parametrize("check", [c for c in CHECKS if c.code.startswith("portal.")], ids=lambda c: c.code)
def test_a_session_that_rests_on_nothing_is_caught(visited: None, check: Check) -> None:
    with acting(system_actor(Door.CLI)):
        assert check.find() == []
    with transaction.atomic():
        break_by(BREAKERS[check.code])
        assert check.find()
        transaction.set_rollback(True)
