"""YAML read together with the line of everything in it, so that a refusal can name the place and the remedy.

:func:`read` gives a :class:`Located` mapping. It reads like a ``dict`` (``plain()`` is one), and its typed readers
(``text``, ``day``, ``one_of`` and so on) refuse what does not fit in one sentence.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from m365audit.settings.located import BadFile, Located, LocatedList

_TAG = "tag:yaml.org,2002:"


def read(path: Path, refusal: type[BadFile] = BadFile) -> Located:
    """Read a YAML file whose top is a mapping.

    Raises:
        BadFile: (as ``refusal``) the file is missing, is no UTF-8 text, is no YAML, repeats a key, or is no mapping.
    """
    try:
        node = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise refusal(path, None, "", "there is no such file", "write it, or correct its name") from error
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})"
        raise refusal(path, None, "", problem, "see that it is a file you may read") from error
    except UnicodeDecodeError as error:
        raise refusal(path, None, "", "it is not UTF-8 text", "save it again with the encoding UTF-8") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = f"it is not YAML ({' '.join(str(error.problem).split())})"
        remedy = "look for a missing colon, quote or space at or just above that line"
        raise refusal(path, line, "", problem, remedy) from error
    except (YAMLError, RecursionError) as error:
        problem = f"it is not YAML ({' '.join(str(error).split())})"
        raise refusal(path, None, "", problem, "take out what does not belong in a text file") from error
    top = _Reader(path, refusal).value(node) if node else None
    if not isinstance(top, Located):
        raise refusal(path, 1, "", "it holds no keys with values", "begin it with lines such as 'key: value'")
    return top


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns ruamel's nodes into located values; nodes carry the line of every value, which its objects lose."""

    path: Path
    refusal: type[BadFile]

    def value(self, node: Node) -> Any:  # noqa: ANN401 - any YAML value
        if node.anchor:
            problem = f"the anchor '&{node.anchor}' is not understood here"
            raise self._bad(node, problem, "write the value out in each place")
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node)
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            lines = tuple(item.start_mark.line + 1 for item in node.value)
            return LocatedList(tuple(map(self.value, node.value)), lines)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        raise self._bad(node, f"the tag '{node.tag}' is not understood here", "take it out")

    def _mapping(self, node: MappingNode) -> Located:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.tag != f"{_TAG}str":
                raise self._bad(key, "a key must be a word", "put it in quotes")
            if key.value in values:
                problem = f"the key '{key.value}' stands twice"
                raise self._bad(key, problem, f"take away one; the first is on line {lines[key.value]}")
            values[key.value] = self.value(value)
            lines[key.value] = key.start_mark.line + 1
        return Located(self.path, node.start_mark.line + 1, self.refusal, values, lines)

    def _scalar(self, node: ScalarNode) -> str | int | float | bool | date | None:
        text: str = node.value
        try:
            match str(node.tag).removeprefix(_TAG):
                case "str":
                    return text
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return int(text, 0) if text.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"} else int(text)
                case "float":
                    return float(text.replace(".inf", "inf").replace(".nan", "nan"))
                case "timestamp":
                    return date.fromisoformat(text) if len(text) <= len("2026-04-01") else datetime.fromisoformat(text)
        except ValueError as error:
            remedy = "write a date as 2026-04-01; put what is neither date nor number in quotes"
            raise self._bad(node, f"'{text}' is no date and no number there is", remedy) from error
        raise self._bad(node, f"the tag '{node.tag}' is not understood here", "take it out")

    def _bad(self, node: Node, problem: str, remedy: str) -> BadFile:
        return self.refusal(self.path, node.start_mark.line + 1, "", problem, remedy)
