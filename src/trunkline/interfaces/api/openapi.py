"""The OpenAPI document, made from the addresses, what their endpoints declare, and the service items."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from trunkline.counter.registry import service_items
from trunkline.interfaces.api.answers import DryRun, Errors
from trunkline.interfaces.api.applications import KEY, KEY_HEADER
from trunkline.interfaces.api.bodies import LINES_PART, ORDER_PART, SCAN_PART
from trunkline.interfaces.api.entry import JSON, Declared, Query, QueryKind, answer, public
from trunkline.interfaces.api.schemas import (
    Components,
    Schema,
    application_name,
    application_schema,
    reference_to,
)
from trunkline.ordering.scans import LARGEST, MOST
from trunkline.ordering.types import PaperKind

_PART = re.compile(r"<str:(\w+)>")
_STATUSES = {
    400: "The request cannot be read; every fault is named.",
    401: "No token, or one that is unknown, revoked or expired.",
    403: "The token's role does not include this.",
    404: "There is nothing at this address in the token's branch.",
    409: "The business refuses; every reason is named with its clause, and nothing has changed.",
    411: "The length of the body is not declared.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    500: "The code is at fault and nothing was done; the reference stands in the log.",
}


@public
def openapi(request: HttpRequest) -> HttpResponse:
    """For everyone: it says what can be asked, and shows no data."""
    return answer(document())


@cache
def document() -> Schema:
    """The whole document (OpenAPI 3.1)."""
    from trunkline.interfaces.api.urls import urlpatterns  # the addresses hold this one, too

    components = Components()
    components.of(Errors)
    applications = tuple(service_items().values())
    for item in applications:
        components.schemas[application_name(item)] = application_schema(item, components)
    components.schemas["Application"] = {
        "description": "An application for a service item; `item` says which.",
        "oneOf": [reference_to(application_name(item)) for item in applications],
        "discriminator": {
            "propertyName": "item",
            "mapping": {item.code: reference_to(application_name(item))["$ref"] for item in applications},
        },
    }
    paths: dict[str, Schema] = {}
    for pattern in urlpatterns:
        declared: Declared | None = getattr(pattern.callback, "declared", None)
        if declared is not None:
            route = "/" + _PART.sub(r"{\1}", str(pattern.pattern))
            names = _PART.findall(str(pattern.pattern))
            paths[route] = {
                declared.method.lower(): _operation(str(pattern.name), declared, names, components)
            }
    paths["/openapi.json"] = {"get": _own_operation()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "集客通 Trunkline",
            "version": "1",
            "description": "Service items, orders, organisations and lines. Times are ISO 8601 with offset, "
            "amounts decimal strings in yuan.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components.schemas,
            "responses": {
                str(status): {
                    "description": text,
                    "content": {JSON: {"schema": reference_to("Errors")}},
                }
                for status, text in _STATUSES.items()
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Bound to a channel, a branch and a role; issued by `trunkline token issue`.",
                }
            },
        },
    }


def _own_operation() -> Schema:
    return {
        "operationId": "openapi",
        "summary": "This document",
        "security": [],
        "responses": {
            "200": {"description": "OpenAPI 3.1", "content": {JSON: {"schema": {"type": "object"}}}}
        },
    }


def _operation(name: str, declared: Declared, parts: list[str], components: Components) -> Schema:
    statuses = [401, 403, 500, *([404] if parts else []), *([400] if declared.query or declared.body else [])]
    if declared.method == "POST":
        statuses += [400, 409, 411, 413]
    made: Schema = {
        "operationId": name,
        "summary": declared.summary.en,
        "x-summary-zh": declared.summary.zh,
        "x-permission": declared.permission,
        "parameters": [
            *({"name": part, "in": "path", "required": True, "schema": {"type": "string"}} for part in parts),
            *(_parameter(query) for query in declared.query),
        ],
        "responses": {
            str(declared.status): _success(declared, components),
        },
    }
    if declared.body is not None:
        statuses.append(415)
        made["requestBody"] = {"required": True, "content": _sent(declared.body, components)}
    if declared.body == "order":
        made["parameters"].append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "description": "Sending an application again with the same key gives the same order.",
                "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
            }
        )
        made["responses"]["200"] = _content("The dry run.", components.of(DryRun))
    made["responses"] |= {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(set(statuses))
    }
    return made


def _success(declared: Declared, components: Components) -> Schema:
    if isinstance(declared.answers, str):
        return {
            "description": declared.summary.en,
            "content": {declared.answers: {"schema": {"type": "string", "format": "binary"}}},
        }
    return _content(declared.summary.en, components.of(declared.answers))


def _content(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {JSON: {"schema": schema}}}


def _sent(body: type | str, components: Components) -> Schema:
    if not isinstance(body, str):
        return {JSON: {"schema": components.of(body)}}
    application = reference_to("Application")
    form: dict[str, Any] = {
        "type": "object",
        "properties": {
            ORDER_PART: {**application, "description": "The application without `lines`, as JSON."},
            LINES_PART: {
                "type": "string",
                "format": "binary",
                "description": "CSV or .xlsx: the columns `x-file-columns` of the item.",
            },
            **{
                f"{SCAN_PART}{kind}": {
                    "type": "array",
                    "maxItems": MOST,
                    "items": {"type": "string", "format": "binary"},
                    "description": f"Scans of the paper `{kind}`, a part a page: PDF, JPEG or PNG by their content, "
                    f"at most {LARGEST} bytes each. A copy of it is kept then.",
                }
                for kind in PaperKind
            },
        },
        "required": [ORDER_PART],
        "additionalProperties": False,
    }
    return {
        JSON: {"schema": application},
        "multipart/form-data": {"schema": form, "encoding": {ORDER_PART: {"contentType": JSON}}},
    }


def _parameter(query: Query) -> Schema:
    kinds: dict[QueryKind, Schema] = {
        QueryKind.TEXT: {"type": "string", "maxLength": 200},
        QueryKind.FLAG: {"type": "boolean"},
        QueryKind.COUNT: {"type": "integer", "minimum": query.least, "maximum": query.most},
    }
    return {
        "name": query.name,
        "in": "query",
        "description": query.text.en,
        "schema": {**kinds[query.kind], "default": query.default},
    }
