"""Whether a value certainly fits a JSON Schema that a client sent.

This is not a whole validator. A client's schema may hold regular expressions and references that take
forever, so only the keywords are read that Kutip's own objects need, in a limited number of steps.
"""

from collections.abc import Mapping
from typing import Any

_MAXIMUM_STEPS = 500  # less than Python's limit on recursion
_MAXIMUM_DEPTH = 16

# Keywords that exclude no value.
_HARMLESS = {
    "title",
    "description",
    "default",
    "examples",
    "$defs",
    "definitions",
    "strict",
    "$schema",
    "$id",
}
_UNDERSTOOD = {"type", "properties", "required", "additionalProperties", "items", "$ref", "anyOf"} | _HARMLESS

_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int, "number": int}


def fits(value: Any, schema: Any) -> bool:
    """Whether a value certainly fits a schema. None fits a schema with a keyword that Kutip does not know.

    >>> fits({"answer": "Satu."}, {"type": "object", "properties": {"answer": {"type": "string"}}})
    True
    >>> fits({"answer": "Satu."}, {"type": "object", "required": ["age"]})
    False
    """
    return _Check(schema).fits(value, schema, depth=0)


def pruned(value: Any, schema: Any) -> Any:
    """Return a value without the members of its objects that a schema does not allow.

    >>> pruned({"answer": "", "url": ""}, {"properties": {"answer": {}}, "additionalProperties": False})
    {'answer': ''}
    """
    return _Check(schema).pruned(value, schema)


class _Check:
    """One check of values against the parts of a schema. It gives up after a number of steps."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._steps_left = _MAXIMUM_STEPS

    def fits(self, value: Any, schema: Any, *, depth: int) -> bool:
        """Whether a value fits a part of the schema."""
        self._steps_left -= 1
        if self._steps_left < 0 or depth > _MAXIMUM_DEPTH:
            return False
        if not isinstance(schema, Mapping):
            return schema is True
        return (
            schema.keys() <= _UNDERSTOOD
            and self._fits_others(value, schema, depth + 1)
            and _is_of_type(value, schema.get("type"))
            and self._fits_inside(value, schema, depth + 1)
        )

    def pruned(self, value: Any, schema: Any) -> Any:
        """Return a value without the members that a part of the schema does not allow."""
        self._steps_left -= 1
        if not isinstance(schema, Mapping) or self._steps_left < 0:
            return value
        if "$ref" in schema:
            return self.pruned(value, self._referred(schema["$ref"]))
        if isinstance(value, list):
            return [self.pruned(item, schema.get("items", True)) for item in value]
        properties = schema.get("properties", {})
        if not isinstance(value, dict) or not isinstance(properties, Mapping):
            return value
        is_closed = schema.get("additionalProperties") is False
        kept = {name: member for name, member in value.items() if name in properties or not is_closed}
        return {name: self.pruned(member, properties.get(name, True)) for name, member in kept.items()}

    def _fits_others(self, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        """Whether a value fits the schemas that this one refers to."""
        if "$ref" in schema and not self.fits(value, self._referred(schema["$ref"]), depth=depth):
            return False
        choices = schema.get("anyOf", [True])
        return isinstance(choices, list) and any(self.fits(value, one, depth=depth) for one in choices)

    def _fits_inside(self, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        """Whether the items of a list, or the members of an object, fit."""
        if isinstance(value, list):
            return all(self.fits(item, schema.get("items", True), depth=depth) for item in value)
        if not isinstance(value, dict):
            return True
        properties, required = schema.get("properties", {}), schema.get("required", [])
        if not isinstance(properties, Mapping) or not isinstance(required, list):
            return False
        others = schema.get("additionalProperties", True)
        return all(isinstance(name, str) and name in value for name in required) and all(
            self.fits(member, properties.get(name, others), depth=depth) for name, member in value.items()
        )

    def _referred(self, reference: Any) -> Any:
        """Return the part of the schema that a reference such as `#/$defs/Name` names, or False."""
        part = self._root
        for name in str(reference).removeprefix("#/").split("/"):
            part = part.get(name, False) if isinstance(part, Mapping) else False
        return part


def _is_of_type(value: Any, named: Any) -> bool:
    names = named if isinstance(named, list) else [named]
    return named is None or any(isinstance(value, _TYPES.get(str(name), ())) for name in names)
