"""Where the program's two database connections come from.

The *owner* owns the schema and migrates it. The *serving* role owns nothing and passes no row-level security:
pages, commands, jobs and tests run as it. Both belong to the embedded server, or to a PostgreSQL of the
user's own that `TRUNKLINE_DATABASE_URL` (owner) and `TRUNKLINE_SERVING_DATABASE_URL` (optional) name.

Reading settings starts nothing; `prepare` does.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, TypedDict

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from trunkline.config.postgres import EmbeddedPostgres, kept_secret

DATABASE = "trunkline"
OWNER = "trunkline_owner"
OLDEST_SERVER = 15
EXTENSIONS = ("btree_gist", "pg_trgm")
OWNER_URL = "TRUNKLINE_DATABASE_URL"
SERVING_URL = "TRUNKLINE_SERVING_DATABASE_URL"

Connection = psycopg.Connection[TupleRow]


class DatabaseSettings(TypedDict):
    """One entry of Django's DATABASES."""

    ENGINE: str
    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str
    CONN_MAX_AGE: int | None
    CONN_HEALTH_CHECKS: bool
    OPTIONS: dict[str, Any]


class DatabaseUnusable(Exception):
    """The database named by the environment cannot serve; the message says what to do about it."""


def home() -> Path:
    """Where the program's files lie: `TRUNKLINE_HOME`, the checkout, or the working directory."""
    given = os.environ.get("TRUNKLINE_HOME")
    if given:
        return Path(given).absolute()
    checkout = Path(__file__).resolve().parents[3]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def var() -> Path:
    """Where everything that must be kept lies: `TRUNKLINE_VAR` or `var` at home."""
    given = os.environ.get("TRUNKLINE_VAR")
    return Path(given).absolute() if given else home() / "var"


def secret_key() -> str:
    """Django's SECRET_KEY, made on first need."""
    return kept_secret(_secrets() / "django")


def message_keys() -> tuple[str, ...]:
    """The Fernet keys of secret messages, the newest first; one is made on first need.

    A line of the file is a key. To change keys, put a new line above and drop the old ones once what they
    enciphered has left.
    """
    # 43 characters are the 32 bytes of a key in base64, but for the sign that fills it up.
    return tuple(f"{line}=" for line in kept_secret(_secrets() / "messages").split())


def server(*, durable: bool = True) -> EmbeddedPostgres | None:
    """The embedded server, or None when the environment names another one."""
    return None if os.environ.get(OWNER_URL) else _embedded(var() / "postgres", durable)


def connection_settings() -> tuple[DatabaseSettings, DatabaseSettings]:
    """The serving and the owner's connection. Nothing is started or connected to."""
    owner_url, serving_url = os.environ.get(OWNER_URL), os.environ.get(SERVING_URL)
    if serving_url and not owner_url:
        raise DatabaseUnusable(f"{SERVING_URL} is set, but {OWNER_URL} is not; set both or neither")
    owner = _from_url(OWNER_URL, owner_url) if owner_url else _from_embedded()
    if serving_url:
        serving = _from_url(SERVING_URL, serving_url)
    else:
        serving = owner.copy()
        serving["USER"] = f"{owner['NAME']}_serving"
        serving["PASSWORD"] = kept_secret(_secrets() / "serving")
    serving["OPTIONS"] = {"application_name": "trunkline", **serving["OPTIONS"]}
    owner["OPTIONS"] = {"application_name": "trunkline-owner", **owner["OPTIONS"]}
    return serving, owner


def prepare(*, durable: bool = True) -> None:
    """Make both connections work: server, database, extensions, roles. Safe to repeat.

    Raises DatabaseUnusable with a sentence for the operator, PostgresFailed when the embedded server fails.
    """
    serving, owner = connection_settings()
    embedded = server(durable=durable)
    if embedded is not None:
        embedded.start()
        _create_database(embedded, owner)
    with _reach(owner) as connection:
        _check_server(connection)
        _create_extensions(connection)
        if not os.environ.get(SERVING_URL):
            _create_serving_role(connection, serving)
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(owner["NAME"]), sql.Identifier(serving["USER"])
            )
        )
    _check_serving_role(serving, owner)


def _secrets() -> Path:
    return var() / "secrets"


@cache
def _embedded(root: Path, durable: bool) -> EmbeddedPostgres:
    return EmbeddedPostgres(root, durable=durable)


def _from_embedded() -> DatabaseSettings:
    address = _embedded(var() / "postgres", True).connection(DATABASE)
    return _settings(
        dbname=DATABASE,
        user=OWNER,
        password=kept_secret(_secrets() / "owner"),
        host=str(address["host"]),
        port=str(address["port"]),
    )


def _from_url(variable: str, url: str) -> DatabaseSettings:
    """Libpq's own reading: percent-encoding, sockets, several hosts and `?sslmode=` included."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        raise DatabaseUnusable(f"{variable} is no postgresql:// address: {error}") from error
    if not given.get("dbname") or not given.get("user"):
        raise DatabaseUnusable(f"{variable} must name a user and a database: postgresql://user@host/database")
    return _settings(**given)


def _settings(
    *, dbname: str, user: str, password: str = "", host: str = "", port: str = "", **options: str
) -> DatabaseSettings:
    return DatabaseSettings(
        ENGINE="django.db.backends.postgresql",
        NAME=dbname,
        USER=user,
        PASSWORD=password,
        HOST=host,
        PORT=port,
        CONN_MAX_AGE=None,
        CONN_HEALTH_CHECKS=True,
        OPTIONS=dict(options),
    )


def _connect(settings: DatabaseSettings) -> Connection:
    """A connection that commits by itself, outside Django."""
    return psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        autocommit=True,
        **settings["OPTIONS"],
    )


def _reach(settings: DatabaseSettings) -> Connection:
    """The same, or a sentence for the operator."""
    try:
        return _connect(settings)
    except psycopg.OperationalError as error:
        raise DatabaseUnusable(
            f"the database {settings['NAME']} does not let {settings['USER']} in: {error}"
        ) from error


def _check_server(connection: Connection) -> None:
    version = connection.info.server_version // 10000
    if version < OLDEST_SERVER:
        raise DatabaseUnusable(
            f"{OWNER_URL} leads to PostgreSQL {version}; version {OLDEST_SERVER} or newer is needed"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"{OWNER_URL} leads to a database in {encoding}; create one with ENCODING 'UTF8' TEMPLATE template0"
        )


def _create_database(embedded: EmbeddedPostgres, owner: DatabaseSettings) -> None:
    """The owner's role and database in the embedded server. The owner may create roles, no more."""
    name, role = sql.Identifier(owner["NAME"]), sql.Identifier(owner["USER"])
    with embedded.connect("postgres") as connection:
        if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", owner["USER"]):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(role))
        if not _opens(owner | {"NAME": "postgres"}):
            _set_password(connection, owner)
        if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", owner["NAME"]):
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def _create_extensions(connection: Connection) -> None:
    for extension in EXTENSIONS:
        if _exists(connection, "SELECT FROM pg_extension WHERE extname = %s", extension):
            continue
        try:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseUnusable(
                f"the owner may not create the extension {extension}: let it own the database, or run "
                f"CREATE EXTENSION {extension} there as a superuser"
            ) from error
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
            raise DatabaseUnusable(
                f"the server lacks the extension {extension}: install PostgreSQL's contrib package there"
            ) from error


def _create_serving_role(connection: Connection, serving: DatabaseSettings) -> None:
    """The serving role with the password kept here; a new password when the kept one does not open."""
    role = serving["USER"]
    try:
        if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", role):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            _set_password(connection, serving)
        elif not _opens(serving):
            _set_password(connection, serving)
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseUnusable(
            f"the owner may not create or alter the role {role}: give it CREATEROLE (ALTER ROLE), "
            "or create a login role yourself, neither superuser nor BYPASSRLS, and put its address into "
            f"{SERVING_URL}"
        ) from error


def _set_password(connection: Connection, settings: DatabaseSettings) -> None:
    """Set the password by its SCRAM verifier, so that no log of the server can hold the password itself."""
    verifier = connection.pgconn.encrypt_password(
        settings["PASSWORD"].encode(), settings["USER"].encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(settings["USER"]), sql.Literal(verifier.decode())
        )
    )


def _check_serving_role(serving: DatabaseSettings, owner: DatabaseSettings) -> None:
    """Row-level security binds neither superusers nor owners: refuse to serve as one."""
    with _reach(serving) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole"
            " OR pg_has_role(oid, %s, 'MEMBER'), current_database()"
            " FROM pg_roles WHERE rolname = current_user",
            [owner["USER"]],
        ).fetchone() or (True, "")
    if row[0]:
        raise DatabaseUnusable(
            f"the serving role {serving['USER']} may do too much: it must not be or become the owner, "
            "and must be NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
        )
    if row[1] != owner["NAME"]:
        raise DatabaseUnusable(f"{SERVING_URL} and {OWNER_URL} must name the same database")


def _opens(settings: DatabaseSettings) -> bool:
    """Whether the server lets these credentials in."""
    try:
        _connect(settings).close()
    except psycopg.OperationalError:
        return False
    return True


def _exists(connection: Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None
