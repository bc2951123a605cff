"""The embedded server: it starts, stops and recovers; and what the two connections may do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from trunkline.config import database, postgres
from trunkline.config.database import DatabaseSettings, DatabaseUnusable, connection_settings, prepare
from trunkline.config.postgres import EmbeddedPostgres

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as somebody else")


@pytest.fixture
def server(place: Path) -> Iterator[EmbeddedPostgres]:
    """A server that has not been started."""
    embedded = EmbeddedPostgres(place / "postgres", durable=True)
    yield embedded
    embedded.remove()


@pytest.fixture
def prepared(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[DatabaseSettings, DatabaseSettings]]:
    """The serving and the owner's connection to a fresh embedded database."""
    monkeypatch.setenv("TRUNKLINE_VAR", str(place))
    monkeypatch.delenv(database.OWNER_URL, raising=False)
    monkeypatch.delenv(database.SERVING_URL, raising=False)
    embedded = database.server(durable=False)
    assert embedded is not None
    prepare(durable=False)
    yield connection_settings()
    embedded.remove()


def connect(settings: DatabaseSettings) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"],
        user=settings["USER"], password=settings["PASSWORD"], autocommit=True,
    )  # fmt: skip


def address(settings: DatabaseSettings) -> str:
    login = f"{settings['USER']}:{quote(settings['PASSWORD'], safe='')}"
    return f"postgresql://{login}@/{settings['NAME']}?host={settings['HOST']}&port={settings['PORT']}"


def pid_of(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def ask(server: EmbeddedPostgres, query: str) -> list[tuple[Any, ...]]:
    with server.connect("postgres") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_it_starts_and_stops(server: EmbeddedPostgres) -> None:
    assert not server.running()
    server.start()
    assert server.running()
    assert ask(server, "SELECT current_setting('server_encoding'), current_setting('TimeZone')") == [
        ("UTF8", "UTC")
    ]
    server.stop()
    assert not server.running()
    assert not (server.data / "postmaster.pid").exists()


def test_a_second_start_or_stop_changes_nothing(server: EmbeddedPostgres) -> None:
    server.start()
    first = pid_of(server)
    EmbeddedPostgres(server.root).start()
    assert pid_of(server) == first
    server.stop()
    server.stop()


def test_it_recovers_after_a_kill_with_its_data_intact(server: EmbeddedPostgres) -> None:
    server.start()
    with server.connect("postgres") as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('集团客户')")
    killed = pid_of(server)
    os.kill(killed, signal.SIGKILL)
    server.start()
    assert pid_of(server) != killed
    assert ask(server, "SELECT what FROM kept") == [("集团客户",)]


def test_a_stale_pid_that_now_belongs_to_a_stranger_is_not_believed(server: EmbeddedPostgres) -> None:
    server.start()
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    user = server.user.pw_uid if server.user else None
    with subprocess.Popen(["sleep", "100"], user=user, cwd="/") as stranger:
        file = server.data / "postmaster.pid"
        file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        server.stop()
        server.start()
        assert server.running()
        assert stranger.poll() is None, "the stranger was killed"
        stranger.kill()


def test_it_listens_on_no_network_address(server: EmbeddedPostgres) -> None:
    server.start()
    assert ask(server, "SHOW listen_addresses") == [("",)]
    descriptors = [str(entry.readlink()) for entry in Path(f"/proc/{pid_of(server)}/fd").iterdir()]
    inodes = {name.removeprefix("socket:[").rstrip("]") for name in descriptors if name.startswith("socket:")}
    tables = [Path(f"/proc/net/{table}") for table in ("tcp", "tcp6", "udp", "udp6")]
    network = {
        line.split()[9] for table in tables if table.exists() for line in table.read_text().splitlines()[1:]
    }
    assert inodes
    assert not inodes & network


def test_only_the_password_lets_in_and_only_the_owner_reads_it(server: EmbeddedPostgres) -> None:
    server.start()
    given = server.connection("postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**given | {"password": "wrong"})  # type: ignore[arg-type]
    assert stat.S_IMODE((server.root / "password").stat().st_mode) == 0o600
    for private in (server.directory, server.data, server.socket):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_gets_a_short_one(place: Path) -> None:
    server = EmbeddedPostgres(place / ("长" * 40) / "with blanks" / "postgres", durable=False)
    try:
        server.start()
        assert server.running()
    finally:
        server.remove()
    assert not server.socket.exists()


@as_root
def test_data_and_binaries_move_where_the_system_user_can_reach(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place.chmod(0o700)
    root = place / "postgres"
    server = EmbeddedPostgres(root, durable=False)
    try:
        assert server.directory.parent == postgres.FALLBACK
        assert capfd.readouterr().err.count("\n") == 1
        server.start()
        assert EmbeddedPostgres(root).running(), "the place is remembered"
        assert capfd.readouterr().err == ""
        assert (server.directory / "asked-for").readlink() == root
        shutil.copytree(root, place / "copy", symlinks=True)
        assert EmbeddedPostgres(place / "copy").directory != server.directory, "a copy would share the data"
    finally:
        server.remove()
    assert not server.directory.exists()


def test_the_serving_role_owns_nothing_and_passes_no_row_level_security(
    prepared: tuple[DatabaseSettings, DatabaseSettings],
) -> None:
    serving, owner = prepared
    with connect(owner) as connection:
        connection.execute("CREATE TABLE secret (branch_id bigint)")
        connection.execute("INSERT INTO secret VALUES (1)")
        connection.execute("ALTER TABLE secret ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY own ON secret USING (branch_id = 2)")
        connection.execute("GRANT SELECT, INSERT ON secret TO trunkline_serving")
    with connect(serving) as connection:
        assert connection.execute("SELECT * FROM secret").fetchall() == []
        for forbidden in (
            "SET row_security = off; SELECT * FROM secret",
            "INSERT INTO secret VALUES (1)",
            "DELETE FROM secret",
            "TRUNCATE secret",
            "ALTER TABLE secret DISABLE ROW LEVEL SECURITY",
            "CREATE TABLE mine (a int)",
            "CREATE ROLE friend",
            "SET ROLE trunkline_owner",
            "ALTER ROLE trunkline_serving BYPASSRLS",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
        owned = connection.execute("SELECT FROM pg_class WHERE relowner = 'trunkline_serving'::regrole")
        assert owned.fetchall() == []
        connection.execute("CREATE TEMPORARY TABLE bulk (a int)")


def test_preparing_again_changes_nothing_and_replaces_lost_passwords(
    prepared: tuple[DatabaseSettings, DatabaseSettings], place: Path
) -> None:
    prepare()
    assert connection_settings() == prepared
    shutil.rmtree(place / "secrets")
    prepare()
    assert connection_settings() != prepared
    for settings in connection_settings():
        connect(settings).close()


def test_another_server_is_used_as_the_environment_says(
    prepared: tuple[DatabaseSettings, DatabaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(database.OWNER_URL, address(prepared[1]))
    assert database.server() is None
    prepare()
    connect(connection_settings()[0]).close()
    monkeypatch.setattr(database, "OLDEST_SERVER", 99)
    with pytest.raises(DatabaseUnusable, match="version 99 or newer is needed"):
        prepare()


def as_superuser(place: Path, *statements: str) -> None:
    """The embedded server in the part of somebody's own: what its superuser does there."""
    embedded = EmbeddedPostgres(place / "postgres")
    with embedded.connect("postgres") as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def own_database(prepared: tuple[DatabaseSettings, DatabaseSettings], user: str, name: str) -> str:
    return address(prepared[1] | {"USER": user, "PASSWORD": "p:/w", "NAME": name})


def trunkline(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trunkline", *arguments], check=False, capture_output=True, text=True
    )


def test_a_server_of_ones_own_works_with_what_the_readme_asks_for(
    prepared: tuple[DatabaseSettings, DatabaseSettings], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    asked = re.search(r"```sql\n(.*?)```", readme, re.DOTALL)
    assert asked is not None
    # The name is the embedded database's, which is in the way here.
    mine = asked[1].replace("…", "p:/w").replace("DATABASE trunkline", "DATABASE mine")
    as_superuser(place, *mine.strip().splitlines())
    monkeypatch.setenv(database.OWNER_URL, own_database(prepared, "trunkline", "mine"))
    migrated = trunkline("migrate")
    assert (migrated.returncode, migrated.stderr) == (0, "")
    as_superuser(place, "ALTER ROLE trunkline NOCREATEROLE")
    assert trunkline("migrate").returncode == 0, "CREATEROLE is needed once"
    assert trunkline("verify").returncode == 0
    assert trunkline("stop").stdout == "没有正在运行的程序\n", "somebody's own server is let alone"
    prepare()


def test_an_owner_without_createrole_is_told_and_a_serving_role_may_be_given(
    prepared: tuple[DatabaseSettings, DatabaseSettings], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_superuser(
        place,
        "CREATE ROLE keeper LOGIN PASSWORD 'p:/w'",
        "CREATE ROLE server LOGIN PASSWORD 'p:/w'",
        "CREATE DATABASE mine OWNER keeper",
    )
    monkeypatch.setenv(database.OWNER_URL, own_database(prepared, "keeper", "mine"))
    told = trunkline("migrate")
    assert told.returncode == 1
    assert "may not create or alter the role mine_serving" in told.stderr
    assert "Traceback" not in told.stderr
    monkeypatch.setenv(database.SERVING_URL, own_database(prepared, "server", "mine"))
    prepare()
    with connect(connection_settings()[0]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("server",)


def test_a_database_that_cannot_serve_is_refused_with_a_sentence(
    prepared: tuple[DatabaseSettings, DatabaseSettings], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_superuser(
        place,
        "CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'p:/w'",
        "CREATE DATABASE old OWNER keeper ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
    )
    for name, sentence in (("old", "a database in SQL_ASCII"), ("none", "does not let keeper in")):
        monkeypatch.setenv(database.OWNER_URL, own_database(prepared, "keeper", name))
        with pytest.raises(DatabaseUnusable, match=sentence):
            prepare()
    monkeypatch.setenv(database.OWNER_URL, "mysql://a@b/c")
    told = trunkline("migrate")
    assert told.returncode == 1
    assert told.stderr.startswith(f"{database.OWNER_URL} is no postgresql:// address")


def test_the_owner_is_not_accepted_as_the_serving_role(
    prepared: tuple[DatabaseSettings, DatabaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(database.OWNER_URL, address(prepared[1]))
    monkeypatch.setenv(database.SERVING_URL, address(prepared[1]))
    with pytest.raises(DatabaseUnusable, match="may do too much"):
        prepare()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://us%40er:p%2Fw%3A%25@db.example:6432/na%20me?sslmode=require",
            {"USER": "us@er", "PASSWORD": "p/w:%", "HOST": "db.example", "PORT": "6432", "NAME": "na me"},
        ),
        ("postgres://a@[::1]/b", {"USER": "a", "PASSWORD": "", "HOST": "::1", "PORT": "", "NAME": "b"}),
        ("postgresql://a@/b?host=/run/pg", {"USER": "a", "HOST": "/run/pg", "NAME": "b"}),
    ],
)
def test_addresses_are_read_with_their_escapes(
    url: str, expected: dict[str, str], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_VAR", str(place))
    monkeypatch.setenv(database.OWNER_URL, url)
    serving, owner = connection_settings()
    assert {name: owner[name] for name in expected} == expected  # type: ignore[literal-required]
    assert owner["OPTIONS"].get("sslmode") == ("require" if "sslmode" in url else None)
    assert serving["USER"] == f"{expected['NAME']}_serving"
    assert serving["HOST"] == owner["HOST"]


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgresql://host/database", "postgresql://user@host"])
def test_addresses_that_say_too_little_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.OWNER_URL, url)
    with pytest.raises(DatabaseUnusable, match=database.OWNER_URL):
        connection_settings()
