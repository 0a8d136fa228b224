"""Hooks of Schemathesis: add to what callers send what the document says of texts in words alone, so that what is generated
as valid is valid. The document itself has no such patterns, for the sake of generated clients; see docs/clients.md.
"""

import json
from pathlib import Path

import schemathesis

FORMS = json.loads((Path(__file__).parents[2] / "tests" / "support" / "forms.json").read_text())
COMPONENTS = "#/components/schemas/"


def add_forms(part, components, visited):
    """Adds the patterns to a part of the document, and to the components that it refers to."""
    if isinstance(part, list):
        for item in part:
            add_forms(item, components, visited)
    elif isinstance(part, dict):
        for member in part.values():
            add_forms(member, components, visited)
        name = str(part.get("$ref")).removeprefix(COMPONENTS)
        if name in components and name not in visited:
            visited.add(name)
            add_forms(components[name], components, visited)
        types = part.get("type")
        is_text = types == "string" or (isinstance(types, list) and "string" in types)
        if is_text and "pattern" not in part and "enum" not in part:
            part["pattern"] = FORMS.get(part.get("format"), FORMS["text"])


@schemathesis.hook
def before_load_schema(context, raw_schema):
    operations = [operation for item in raw_schema["paths"].values() for operation in item.values()]
    sent = [(operation.get("parameters"), operation.get("requestBody")) for operation in operations]
    add_forms([list(parts) for parts in sent], raw_schema["components"]["schemas"], set())
