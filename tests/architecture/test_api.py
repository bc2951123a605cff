"""Rules of the HTTP door: permissions, thin endpoints, a document that says everything and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from django.urls import URLPattern, get_resolver

import trunkline
from tests.schemas import problems, resolved
from trunkline.counter.registry import service_items
from trunkline.interfaces.api import listings
from trunkline.interfaces.api.entry import Declared
from trunkline.interfaces.api.openapi import document
from trunkline.interfaces.api.schemas import application_name, field_schema
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind, well_written
from trunkline.ordering.item import ServiceItem
from trunkline.security.audit import VERBS
from trunkline.security.roles import ROLES

API = Path(trunkline.__file__).parent / "interfaces" / "api"
#: Addresses that need no token: the document, and what is not there.
PUBLIC = {"openapi", "nothing", "root"}
CODES = sorted(service_items())


def endpoints() -> dict[str, URLPattern]:
    found = {entry.name: entry for entry in get_resolver("trunkline.interfaces.api.urls").url_patterns}
    assert found
    return found


def declarations() -> dict[str, Declared]:
    return {name: e.callback.declared for name, e in endpoints().items() if e.callback.declared is not None}


def test_every_endpoint_carries_a_permission() -> None:
    bare = {name for name, e in endpoints().items() if getattr(e.callback, "declared", None) is None}
    assert bare == PUBLIC
    assert all(declared.permission for declared in declarations().values())


def test_every_permission_of_an_endpoint_is_a_verb_or_a_view_and_granted_to_a_role() -> None:
    granted = [p for role in ROLES if role.code != "system" for p in role.permissions]
    families = tuple(p.removesuffix("*") for p in granted if p.endswith(".*"))
    wanted = {declared.permission for declared in declarations().values()}
    assert {p for p in wanted if p not in VERBS and not p.endswith(".view")} == set()
    assert {p for p in wanted if p not in granted and not p.startswith(families)} == set()


def test_what_reads_is_got_and_what_writes_is_posted() -> None:
    for name, declared in declarations().items():
        assert (declared.method == "GET") == declared.permission.endswith(".view"), name


def test_endpoints_are_thin() -> None:
    thick = [
        f"{path.name}:{node.name}"
        for path in API.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(d, ast.Call) and getattr(d.func, "id", "") == "endpoint" for d in node.decorator_list
        )
        and (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    assert thick == []


def test_every_address_is_in_the_document() -> None:
    routes = {
        "/" + re.sub(r"<str:(\w+)>", r"{\1}", str(e.pattern))
        for name, e in endpoints().items()
        if name not in {"nothing", "root"}
    }
    assert set(document()["paths"]) == routes


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    found = set(references(document())) | set(
        document()["components"]["schemas"]["Application"]["discriminator"]["mapping"].values()
    )
    assert found
    for reference in found:
        assert resolved(reference, document())


def test_every_operation_has_a_name_of_its_own_and_says_what_it_needs() -> None:
    operations = [o for path in document()["paths"].values() for o in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert [o["operationId"] for o in operations if "x-permission" not in o] == ["openapi"]
    assert [o["operationId"] for o in operations if o.get("security") == []] == ["openapi"]
    assert document()["openapi"].startswith("3.1")


@pytest.mark.parametrize("code", CODES)
def test_the_schema_of_an_application_comes_from_the_item(code: str) -> None:
    item: ServiceItem[Any, Any] = service_items()[code]
    schema = document()["components"]["schemas"][application_name(item)]
    assert schema["properties"]["item"] == {"const": code}
    details = schema["properties"]["details"]
    if item.variants:
        assert set(details["discriminator"]["mapping"]) == set(item.all_variants())
    for one in details.get("oneOf", [details]):
        answers = (resolved(one["$ref"], document()) if "$ref" in one else one)["properties"]
        chosen = answers.get(item.chosen_by, {}).get("const", "")
        assert set(answers) == {field.name for field in item.asked({item.chosen_by: chosen})}
    line = schema["properties"]["lines"]["items"]["properties"]["values"]
    assert set(line["properties"]) == {field.name for field in item.line_fields}
    assert set(line.get("required", ())) == {field.name for field in item.line_fields if field.required}
    kinds = schema["properties"]["papers"]["items"]["properties"]["kind"]["enum"]
    assert {str(paper.kind) for paper in item.papers} <= set(kinds)
    assert [guard["clause"] for guard in schema["x-guards"]] == [guard.clause for guard in item.all_guards()]


@pytest.mark.parametrize("code", CODES)
def test_a_listed_item_has_the_fields_that_its_class_declares(code: str) -> None:
    listed = service_items()[code].as_dict()
    assert set(listed) == set(get_type_hints(listings.Item))
    for name, kind in (
        ("papers", listings.PaperDeclared),
        ("guards", listings.GuardDeclared),
        ("fields", listings.FieldDeclared),
    ):
        for one in listed[name]:
            assert set(one) == set(get_type_hints(kind))


SAMPLES = (
    *("", "a", "x" * 150, "x" * 201, "x" * 2001, "12", "123", "1" * 20, "1" * 21, "12.30", "12.345", "-1"),
    *("0", "999999999", "9999999999", "2026-10-01", "2026-13-01", "2026-10", "2026-13", "a@b.cn", "a b@c.cn"),
    *("one", "two", "1e5", "NaN", "Infinity"),
)


@pytest.mark.parametrize("kind", [kind for kind in FieldKind if kind is not FieldKind.FLAG])
def test_whatever_the_schema_of_a_field_lets_through_the_counter_takes(kind: FieldKind) -> None:
    field = Field("f", Text("内容", "Content"), kind, (("one", Text("一", "One")),))
    passing = {sample for sample in SAMPLES if not problems(sample, field_schema(field), {})} - {""}
    assert passing
    assert {sample for sample in passing if not well_written([field], {"f": sample})} == set()
