"""Arrow types ↔ JSON, so that an id does not depend on the version of Arrow's own serialisation."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError

if TYPE_CHECKING:
    import pyarrow as pa

    from nbops.snapshots.streams.values import Json

_LISTS = ("list", "large_list")


def type_to_json(kind: pa.DataType) -> Json:  # noqa: C901, PLR0911 # one line per type
    """Return *kind* as JSON: a word, or `[word, …what the word needs]`.

    Raises:
        SnapshotError: Arrays of this type cannot be stored.
    """
    import pyarrow as pa

    word = str(kind).partition("[")[0].partition("<")[0].partition("(")[0]
    if isinstance(kind, pa.BaseExtensionType):
        wire = pa.schema([pa.field("", kind)]).serialize().to_pybytes()
        return ["extension", base64.b64encode(wire).decode(), type_to_json(kind.storage_type)]
    if pa.types.is_timestamp(kind):
        return ["timestamp", kind.unit, kind.tz]
    if pa.types.is_duration(kind) or pa.types.is_time(kind):
        return [word, kind.unit]
    if pa.types.is_decimal(kind):
        return [f"decimal{kind.bit_width}", kind.precision, kind.scale]
    if pa.types.is_fixed_size_binary(kind):
        return ["fixed_size_binary", kind.byte_width]
    if pa.types.is_dictionary(kind):
        return ["dictionary", type_to_json(kind.index_type), type_to_json(kind.value_type), kind.ordered]
    if pa.types.is_map(kind):
        return ["map", field_to_json(kind.key_field), field_to_json(kind.item_field), kind.keys_sorted]
    if pa.types.is_fixed_size_list(kind):
        return ["fixed_size_list", field_to_json(kind.value_field), kind.list_size]
    if word in _LISTS:
        return [word, field_to_json(kind.value_field)]
    if pa.types.is_struct(kind):
        return ["struct", [field_to_json(field) for field in kind]]
    if pa.types.is_primitive(kind) or word in _WORDS:
        return word
    raise SnapshotError(f"Arrow arrays of type {kind} cannot be stored")


def type_from_json(form: Json) -> pa.DataType:  # noqa: C901, PLR0911 # one line per type
    """Return the Arrow type that *form* stands for.

    Raises:
        SnapshotError: It is no type, or an extension type that nobody registered in this process.
    """
    import pyarrow as pa

    if isinstance(form, str):
        if form not in _WORDS and form not in _NUMBERS:
            raise SnapshotError(f"Arrow type {form!r} is not known")
        return getattr(pa, _WORDS.get(form, form))()
    word, *rest = form
    if word == "extension":
        kind = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(rest[0]))).field(0).type
        if not isinstance(kind, pa.BaseExtensionType):
            raise SnapshotError("an Arrow extension type of the snapshot is not registered in this process")
        return kind
    if word == "fixed_size_binary":
        return pa.binary(rest[0])
    if word == "dictionary":
        return pa.dictionary(type_from_json(rest[0]), type_from_json(rest[1]), rest[2])
    if word == "map":
        return pa.map_(field_from_json(rest[0]), field_from_json(rest[1]), rest[2])
    if word == "fixed_size_list":
        return pa.list_(field_from_json(rest[0]), rest[1])
    if word == "struct":
        return pa.struct([field_from_json(field) for field in rest[0]])
    if word in _LISTS:
        return getattr(pa, "list_" if word == "list" else word)(field_from_json(rest[0]))
    if word not in _MADE:
        raise SnapshotError(f"Arrow type {word!r} is not known")
    return getattr(pa, word)(*rest)


def field_to_json(field: pa.Field) -> Json:
    """Return a field as JSON: `[name, type, nullable, metadata]`."""
    return [field.name, type_to_json(field.type), field.nullable, metadata_to_json(field.metadata)]


def field_from_json(form: Json) -> pa.Field:
    """Return the field that *form* stands for."""
    import pyarrow as pa

    name, kind, nullable, metadata = form
    return pa.field(name, type_from_json(kind), nullable, metadata_from_json(metadata))


def metadata_to_json(metadata: Any) -> Json:
    """Return Arrow's metadata, bytes to bytes, as sorted pairs of base64."""
    pairs = [[base64.b64encode(part).decode() for part in pair] for pair in (metadata or {}).items()]
    return sorted(pairs) if metadata is not None else None


def metadata_from_json(form: Json) -> dict[bytes, bytes] | None:
    """Return the metadata that *form* stands for."""
    return None if form is None else {base64.b64decode(key): base64.b64decode(value) for key, value in form}


_WORDS = {
    "null": "null",
    "bool": "bool_",
    "halffloat": "float16",
    "float": "float32",
    "double": "float64",
    "string": "string",
    "large_string": "large_string",
    "string_view": "string_view",
    "binary": "binary",
    "large_binary": "large_binary",
    "binary_view": "binary_view",
    "month_day_nano_interval": "month_day_nano_interval",
    "date32": "date32",
    "date64": "date64",
}

_NUMBERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
_MADE = {"timestamp", "duration", "time32", "time64", "decimal32", "decimal64", "decimal128", "decimal256"}
