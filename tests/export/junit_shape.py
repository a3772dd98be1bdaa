"""The shape of a JUnit file that both common schemas allow: Ant's (windyroad's JUnit.xsd) and Jenkins' (junit-10.xsd).

Written from the schemas: which element may stand where and in what order, which attributes it must and may have.
Ant's is the stricter in everything but ``skipped``, of which it says nothing and Jenkins allows a type and a message.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET


def _any(_: str) -> bool:
    return True


def _token(text: str) -> bool:
    return text == " ".join(text.split())


def _name(text: str) -> bool:
    return bool(text) and _token(text)


def _whole(text: str) -> bool:
    return re.fullmatch(r"\d+", text) is not None


def _seconds(text: str) -> bool:
    return re.fullmatch(r"\d{1,3}(\.\d+)?", text) is not None


def _stamp(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) is not None


@dataclass(frozen=True)
class Shape:
    """What an element must have, may have, and holds: a pattern over the letters of its children."""

    must: dict[str, Callable[[str], bool]]
    may: dict[str, Callable[[str], bool]]
    children: str = ""
    has_text: bool = False


_VERDICT = Shape({"type": _any}, {"message": _any}, has_text=True)
SHAPES = {
    "testsuites": Shape({}, {}, "(testsuite )*"),
    "testsuite": Shape(
        {
            "id": _whole,
            "package": _token,
            "name": _name,
            "timestamp": _stamp,
            "hostname": _name,
            "tests": _whole,
            "failures": _whole,
            "errors": _whole,
            "time": _seconds,
        },
        {"skipped": _whole},
        "properties (testcase )*system-out system-err ",
    ),
    "properties": Shape({}, {}, "(property )*"),
    "property": Shape({"name": _name, "value": _any}, {}),
    "testcase": Shape({"name": _token, "classname": _token, "time": _seconds}, {}, "(skipped |error |failure )?"),
    "skipped": Shape({}, {"type": _any, "message": _any}, has_text=True),
    "error": _VERDICT,
    "failure": _VERDICT,
    "system-out": Shape({}, {}, has_text=True),
    "system-err": Shape({}, {}, has_text=True),
}


def wrong_with(text: str) -> list[str]:
    """Everything in a file that one of the schemas does not allow, or that does not add up."""
    root = ET.fromstring(text)  # noqa: S314 - what we wrote ourselves
    if root.tag != "testsuites":
        return ["the root is no testsuites"]
    return [*_element(root), *_numbered(root)]


def _element(element: ET.Element) -> Iterator[str]:
    shape = SHAPES.get(element.tag)
    if shape is None:
        yield f"{element.tag} is no element"
        return
    allowed = shape.must | shape.may
    for name in shape.must.keys() - element.attrib.keys():
        yield f"{element.tag} needs {name}"
    for name, value in element.attrib.items():
        if name not in allowed:
            yield f"{element.tag} cannot have {name}"
        elif not allowed[name](value):
            yield f"{element.tag} {name} cannot be '{value}'"
    if not re.fullmatch(shape.children, "".join(f"{child.tag} " for child in element)):
        yield f"{element.tag} cannot hold {[child.tag for child in element]}"
    if not shape.has_text and (element.text or "").strip():
        yield f"{element.tag} cannot hold text"
    for child in element:
        yield from _element(child)


def _numbered(root: ET.Element) -> Iterator[str]:
    for number, suite in enumerate(root):
        if suite.get("id") != str(number):
            yield f"suite {number} is numbered {suite.get('id')}"
        cases = suite.findall("testcase")
        verdicts = Counter(child.tag for case in cases for child in case)
        counted = {"tests": len(cases), "failures": verdicts["failure"], "errors": verdicts["error"]}
        for name, count in (counted | {"skipped": verdicts["skipped"]}).items():
            if suite.get(name) != str(count):
                yield f"suite {number} counts {suite.get(name)} {name} where there are {count}"
        twice = [
            case for case, times in Counter((c.get("classname"), c.get("name")) for c in cases).items() if times > 1
        ]
        if twice:
            yield f"suite {number} has {twice} more than once"
