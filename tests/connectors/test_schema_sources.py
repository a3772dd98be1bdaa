"""Every property the schemas name stands in the SDK's own model of Graph."""

import ast
import importlib
import inspect
import re
from dataclasses import replace

import pytest
from kiota_abstractions.serialization import Parsable

from m365audit.model.datasets import DATA_SETS, DataSet

FROM_GRAPH = [data_set for data_set in DATA_SETS.values() if data_set.model]
_HUMP = re.compile(r"(?<!^)(?<!\.)(?=[A-Z])")


def _model(name: str) -> type[Parsable]:
    """The SDK's class of a Graph type, such as ``userRegistrationDetails`` or ``security.alert``."""
    module = importlib.import_module(f"msgraph.generated.models.{_HUMP.sub('_', name).lower()}")
    own = name.rpartition(".")[2]
    model: type[Parsable] = getattr(module, own[0].upper() + own[1:])
    return model


def _within(model: type[Parsable], property_name: str) -> type[Parsable] | None:
    """The model of a property that is an object or a list of them, read off its annotation; None for a plain value."""
    snake = _HUMP.sub("_", property_name).lower()
    for parent in model.__mro__[:-1]:
        if annotation := inspect.get_annotations(parent).get(snake):
            names = [node.id for node in ast.walk(ast.parse(annotation, mode="eval")) if isinstance(node, ast.Name)]
            try:
                return _model(names[-1][0].lower() + names[-1][1:])
            except ModuleNotFoundError:
                return None
    return None


def _unknown(data_set: DataSet) -> list[str]:
    """Sources whose path the model does not know, with the step at which it ends."""
    assert data_set.model
    unknown = []
    for column in data_set.columns:
        model: type[Parsable] | None = _model(data_set.model)
        for step in (column.source or "").split(".") if column.source else ():
            if model is None or step not in model().get_field_deserializers():
                unknown.append(f"{column.source} at {step}")
                break
            model = _within(model, step)
    return unknown


@pytest.mark.parametrize("data_set", FROM_GRAPH, ids=lambda data_set: f"{data_set.name} asks {data_set.model}")
def test_every_source_is_a_property_of_the_sdks_model(data_set: DataSet) -> None:
    assert _unknown(data_set) == []


def test_a_property_that_does_not_exist_is_found_out() -> None:
    licences = DATA_SETS["licences"]
    sources = ("skuIds", "prepaidUnits.enable", "prepaidUnits.enabled")
    slips = tuple(replace(licences.columns[0], source=source) for source in sources)

    assert _unknown(replace(licences, columns=slips)) == ["skuIds at skuIds", "prepaidUnits.enable at enable"]
