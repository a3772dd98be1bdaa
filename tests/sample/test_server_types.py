"""The table of Graph's properties, held against the models Microsoft generates."""

import importlib
import re

import pytest

from m365audit.sample.service.graph_types import entity_types

STREAMS = {"content"}
"""Properties that are downloads, not JSON, which the models spell as nothing at all."""
YOUNGER = {"m365Capabilities", "notes"}
"""Properties the models learnt after the table was taken; the imitation refuses them until then."""
SERVED = sorted(set(entity_types()) - {"directoryObject"})


@pytest.mark.parametrize("name", SERVED)
def test_the_table_has_the_properties_of_the_sdk_model(name: str) -> None:
    module = re.sub(r"(?<![.^])(?<!^)(?=[A-Z])", "_", name).lower()
    own = name.rpartition(".")[2]
    model = getattr(importlib.import_module(f"msgraph.generated.models.{module}"), own[0].upper() + own[1:])
    there = {field for field in model().get_field_deserializers() if not field.startswith("@")}
    kind = entity_types()[name]
    assert {*kind.properties, *kind.relations} - there <= STREAMS
    assert there - {*kind.properties, *kind.relations} <= YOUNGER
