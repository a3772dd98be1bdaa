"""``$batch``: up to twenty requests in one, each judged on its own."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import orjson

from m365audit.sample.service.graph_errors import ProblemError, reject
from m365audit.sample.service.message import Answer, Ask, lower
from m365audit.sample.tenant import Json

_AT_MOST = 20
_MEMBERS = frozenset({"id", "method", "url", "headers", "body", "dependsOn"})
_FIRST_FAILURE = 400
_FAILED_DEPENDENCY = Answer.of(
    {"error": {"code": "FailedDependency", "message": "A request this one depends on has failed."}}, 424
)


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a batch."""

    key: str
    ask: Ask
    after: tuple[str, ...]


async def run(ask: Ask, serve: Callable[[Ask], Awaitable[Answer]], chance: random.Random) -> Answer:
    """Answer a batch; the responses come in no particular order, and one of status 0 not at all.

    Raises:
        ProblemError: 400 or 415, on a batch that is malformed as a whole.
    """
    steps = _steps(ask)
    answers: dict[str, Answer] = {}
    if not any(step.after for step in steps):
        answers = dict(zip((s.key for s in steps), await asyncio.gather(*(serve(s.ask) for s in steps)), strict=True))
    for step in steps:
        if step.key in answers:
            continue
        failed = any(answers[key].status >= _FIRST_FAILURE for key in step.after)
        answers[step.key] = _FAILED_DEPENDENCY if failed else await serve(step.ask)
    order = list(answers.items())
    chance.shuffle(order)
    told = [(key, answer) for key, answer in order if answer.status]
    responses = [_response(key, answer, shout=chance.random() < 0.5) for key, answer in told]  # noqa: PLR2004
    return Answer(200, orjson.dumps({"responses": responses}), {"Content-Type": "application/json"})


def _response(key: str, answer: Answer, *, shout: bool) -> Json:
    # Header names in responses vary in case, so no client may rely on one.
    headers = {name if shout else name.lower(): value for name, value in answer.headers.items()}
    response: dict[str, Any] = {"id": key, "status": answer.status, "headers": headers}
    if answer.body:
        response["body"] = orjson.Fragment(answer.body)
    return response


def _steps(ask: Ask) -> list[Step]:
    if ask.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(415, "UnsupportedMediaType", "A batch is sent as application/json.")
    try:
        payload = orjson.loads(ask.body)
    except orjson.JSONDecodeError:
        reject("Invalid batch payload format.")
    requests = payload.get("requests") if isinstance(payload, dict) else None
    if not isinstance(requests, list) or not requests or not all(isinstance(one, dict) for one in requests):
        reject("Invalid batch payload format.")
    if len(requests) > _AT_MOST:
        reject(f"Number of batch request steps exceeds the maximum value of {_AT_MOST}.")
    steps = [_step(ask, one) for one in requests]
    keys = [step.key.lower() for step in steps]
    if len(set(keys)) != len(keys):
        reject("Request Id values must be unique, without regard to upper and lower case.")
    _check_order(steps)
    return steps


def _step(ask: Ask, request: Json) -> Step:
    if not request.keys() <= _MEMBERS:
        reject("A batch request may have the members id, method, url, headers, body and dependsOn only.")
    key, method, url = (request.get(name) for name in ("id", "method", "url"))
    if not all(isinstance(value, str) and value for value in (key, method, url)):
        reject("Every batch request needs an id, a method and a url, each a non-empty text.")
    key, method, url = cast("tuple[str, str, str]", (key, method, url))
    if not url.startswith("/") or url.startswith("//"):
        reject(f"The url of batch request '{key}' must be relative and start with a slash.")
    headers, after = request.get("headers") or {}, request.get("dependsOn") or []
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        reject(f"The headers of batch request '{key}' must be an object of texts.")
    if not isinstance(after, list):
        reject(f"The dependsOn of batch request '{key}' must be a list of ids.")
    path, _, query = url.partition("?")
    inner = Ask(method.upper(), f"/v1.0{path}", query, lower(headers.items()), b"", ask.base, batched=True)
    return Step(key, inner, tuple(after))


def _check_order(steps: list[Step]) -> None:
    """Three shapes are allowed: all at once, one after the other, or all after one and the same."""
    waiting = [step.after for step in steps if step.after]
    one_by_one = not steps[0].after and all(step.after == (before.key,) for before, step in itertools.pairwise(steps))
    all_after_one = waiting == [(steps[0].key,)] * (len(steps) - 1)
    if waiting and not one_by_one and not all_after_one:
        reject("Requests of a batch run all at once, strictly one after the other, or all after the same one.")
