"""The fixture files: reading them with errors that say where, and writing them back byte for byte.

They are plain Django fixtures with natural keys, so ``loaddata fixtures/*.yaml`` takes them as well. An entry
is handled here as a Record: a model, its natural key, and the values of its other fields in the form that the
file has (a foreign key is the natural key of its target, as a list). A field that a file leaves out has the
default of its model.
"""

from stages.fixture_io.reader import read, read_bytes, to_records
from stages.fixture_io.records import (
    LABELS,
    MODELS,
    ContentField,
    Fields,
    FixtureError,
    Identity,
    Key,
    Location,
    Record,
    Records,
    content_fields,
    content_rows,
    default_of,
    key_names,
    lock_content,
    natural_paths,
    shorten,
    snapshot,
    target_of,
    through_of,
)
from stages.fixture_io.writer import files, write

__all__ = [
    "LABELS",
    "MODELS",
    "ContentField",
    "Fields",
    "FixtureError",
    "Identity",
    "Key",
    "Location",
    "Record",
    "Records",
    "content_fields",
    "content_rows",
    "default_of",
    "files",
    "key_names",
    "lock_content",
    "natural_paths",
    "read",
    "read_bytes",
    "shorten",
    "snapshot",
    "target_of",
    "through_of",
    "to_records",
    "write",
]
