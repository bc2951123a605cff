"""Logging in: the best hasher, and no end of guesses."""

from __future__ import annotations

from django.test import Client

from tests.world import World
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.security.models import Staff

LOGIN, HOME = "/login/", "/"


def guess(client: Client, password: str) -> int:
    return client.post(LOGIN, {"username": "hf.clerk", "password": password}).status_code


def test_passwords_are_kept_by_argon2(world: World) -> None:
    kept = set(
        Staff.objects.exclude(login="system")
        .exclude(login__startswith="web:")
        .values_list("password", flat=True)
    )
    assert kept
    assert all(password.startswith("argon2$argon2id$") for password in kept)


def test_the_right_password_opens_the_workbench(world: World) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    assert guess(client, DEMO_PASSWORD) == 302
    assert client.get(HOME).status_code == 200


def test_after_five_wrong_guesses_the_right_password_opens_nothing(world: World) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    answers = [guess(client, f"wrong-{attempt}") for attempt in range(5)]
    assert answers[:4] == [200] * 4
    assert guess(client, DEMO_PASSWORD) == 429
    assert client.get(HOME).status_code == 302


def test_the_system_cannot_log_in(world: World) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    assert client.post(LOGIN, {"username": "system", "password": "!"}).status_code == 200
    assert client.get(HOME).status_code == 302
