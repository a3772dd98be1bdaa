"""A strict validator of OCSF events: from the schema's own facts, kept in ocsf_1_6_0.json, and from nothing of ours.

The facts are those of schema.ocsf.io 1.6.0 for the Compliance Finding class and the objects it is made of here: every
attribute with its type, requirement, enumeration and sibling, and the constraints. Profiles are left out: none is used.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = json.loads(Path(__file__).with_name("ocsf_1_6_0.json").read_text(encoding="utf-8"))
OTHER = 99
# Milliseconds of the years this program can live in: seconds or microseconds taken for them fall outside.
_EARLIEST, _LATEST = 946_684_800_000, 4_102_444_800_000
_TEXT = {"string_t", "resource_uid_t", "hostname_t", "url_t", "ip_t"}
_WHOLE = {"integer_t", "long_t"}


def wrong_with(event: dict[str, Any]) -> list[str]:
    """Everything in an event that the schema does not allow; of a sound one, nothing."""
    found = list(_object(SCHEMA["class"], event, "event"))
    return found or list(_numbers(event))


def _numbers(event: dict[str, Any]) -> Iterator[str]:
    if event["class_uid"] != event["category_uid"] * 1000 + 3:
        yield "class_uid is not that of the third class of its category"
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
        yield "type_uid is not class_uid * 100 + activity_id"
    if event["metadata"]["version"] != SCHEMA["version"]:
        yield "metadata.version is another version of the schema"


def _object(name: str, value: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    declared = SCHEMA["objects"][name]
    attributes = declared["attributes"]
    for key in value.keys() - attributes.keys():
        yield f"{where}.{key} is not in the schema"
    for key, fact in attributes.items():
        if fact["requirement"] == "required" and key not in value:
            yield f"{where}.{key} is required"
        if key in value:
            yield from _attribute(fact, value, key, f"{where}.{key}")
    for constraint, keys in declared.get("constraints", {}).items():
        assert constraint == "at_least_one"
        if not value.keys() & set(keys):
            yield f"{where} needs one of {keys}"


def _attribute(fact: dict[str, Any], holder: dict[str, Any], key: str, where: str) -> Iterator[str]:
    value = holder[key]
    if fact.get("deprecated"):
        yield f"{where} is deprecated"
    if fact.get("array"):
        if not isinstance(value, list) or not value:
            yield f"{where} is no list, or an empty one"
            return
        for number, one in enumerate(value):
            yield from _typed(fact, one, f"{where}[{number}]")
        return
    yield from _typed(fact, value, where)
    if "enum" in fact:
        yield from _enumerated(fact, holder, key, where)


def _enumerated(fact: dict[str, Any], holder: dict[str, Any], key: str, where: str) -> Iterator[str]:
    caption = fact["enum"].get(str(holder[key]))
    if caption is None:
        yield f"{where} cannot be {holder[key]}"
        return
    said = holder.get(fact["sibling"])
    if holder[key] == OTHER and not said:
        yield f"{where} is Other, and its sibling {fact['sibling']} does not say what"
    if holder[key] != OTHER and said is not None and said != caption:
        yield f"{where} is {caption}, its sibling {fact['sibling']} says {said}"


def _typed(fact: dict[str, Any], value: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    kind = fact["type"]
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind in _TEXT:
        if not isinstance(value, str) or not value:
            yield f"{where} is no text, or an empty one"
    elif kind in _WHOLE:
        if not whole:
            yield f"{where} is no whole number"
    elif kind == "timestamp_t":
        if not whole or not _EARLIEST <= value <= _LATEST:
            yield f"{where} is no time in milliseconds"
    elif kind == "object":
        if not isinstance(value, dict):
            yield f"{where} is no object"
    elif kind in SCHEMA["objects"]:
        yield from _object(kind, value, where)
    else:
        yield f"{where} is of a type this test does not know: {kind}"
