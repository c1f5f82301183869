# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a stock validator accept the golden certificates by the shipped schema, and refuse lies?"""
import copy
import json
import pathlib
import re
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "man/certwipe-certificate.schema.json").read_text())
GOLDEN = {path.stem: json.loads(path.read_text())
          for path in sorted((ROOT / "tests/data/certificates").glob("*.json"))}
STEP = {"write": 1, "verify": 2}

# Sample, path of members, value: each turns a truthful document into one the schema must refuse.
LIES = [
    ("erased", ["ending"], "stopped"),
    ("erased", ["exceptions"], ["But."]),
    ("erased", ["claim", "exclusive"], False),
    ("erased", ["claim", "identity_after"], "not-asked"),
    ("erased", ["claim", "identity_after"], "different"),
    ("erased", ["claim", "writes"], None),
    ("erased", ["claim", "writes", "discarded"], 512),
    ("erased", ["found", "hidden_areas", "after"], "unknown"),
    ("erased", ["found", "hidden_areas", "after"], "present"),
    ("erased", ["steps", 1, "state"], "started"),
    ("erased", ["steps", 1, "durable"], False),
    ("erased", ["steps", 1, "unwritten_bytes"], 512),
    ("erased", ["steps", 2, "mismatch_bytes"], 512),
    ("erased", ["steps", 2, "unreadable_bytes"], 512),
    ("erased", ["steps", 2, "bytes"], 0),
    ("erased", ["steps", 2, "left"], False),
    ("erased", ["steps", 2, "verification"], None),
    ("erased", ["steps"], []),
    ("erased", ["ranges", "total"], "1"),
    ("erased", ["assurance"], None),
    ("erased", ["level", "achieved"], "purge"),
    ("erased", ["device", "capacity"], 1.5),
    ("erased", ["device", "capacity"], 2**53),
    ("erased", ["device", "capacity"], -1),
    ("erased", ["id"], "01ARZ3NDEKTSV4RRFFQ69G5FAV\n"),
    ("erased", ["issued"], "2026-09-21T14:30:00Z\n"),
    ("erased", ["issued"], "2026-09-21 14:30:00Z"),
    ("erased", ["station", "counter"], 12),
    ("erased", ["station", "counter"], "012"),
    ("erased", ["station", "counter"], "12\n"),
    ("erased", ["station", "previous"], "B" * 64),
    ("erased", ["station", "key"], None),
    ("erased", ["steps", 0, "content", "key"], "00" * 32),
    ("erased", ["steps", 0, "content", "bytes"], None),
    ("erased", ["format"], "certwipe-certificate/2"),
    ("exceptions", ["outcome"], "erased"),
    ("exceptions", ["exceptions"], []),
    ("failed", ["outcome"], "erased"),
    ("failed", ["outcome"], "erased-with-exceptions"),
    ("failed", ["level", "achieved"], "clear"),
    ("failed", ["exceptions"], []),
    ("failed", ["reason"], None),
    ("interrupted", ["interruptions", 0, "recognised"], None),
    ("interrupted", ["interruptions", 0, "reason"], ""),
    ("interrupted", ["interruptions", 0, "durable_bytes"], "4096000"),
    ("interrupted", ["found", "reallocated", "after"], "-1"),
]


def objects(value, path=()):
    """Every object of a document, with where it lies."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from objects(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, path + (index,))


def at(document, path):
    for key in path:
        document = document[key]
    return document


class Schema(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft202012Validator(SCHEMA)

    def test_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_golden_certificates_are_valid(self):
        self.assertEqual(sorted(GOLDEN), ["erased", "exceptions", "failed", "interrupted"])
        for name, document in GOLDEN.items():
            errors = [f"{list(e.absolute_path)}: {e.message}"
                      for e in self.validator.iter_errors(document)]
            self.assertEqual(errors, [], name)

    def test_lies_are_refused(self):
        for name, path, value in LIES:
            document = copy.deepcopy(GOLDEN[name])
            at(document, path[:-1])[path[-1]] = value
            self.assertFalse(self.validator.is_valid(document), f"{name}: {path} = {value!r}")

    def test_every_member_is_required_and_no_other_allowed(self):
        for name, golden in GOLDEN.items():
            for path in objects(golden):
                document = copy.deepcopy(golden)
                at(document, path)["another"] = 1
                self.assertFalse(self.validator.is_valid(document), f"{name}: {path} + another")
                for key in at(golden, path):
                    document = copy.deepcopy(golden)
                    del at(document, path)[key]
                    self.assertFalse(self.validator.is_valid(document), f"{name}: {path} - {key}")

    def test_members_stand_in_the_order_of_the_tables(self):
        """The schema and the C tables name the same members."""
        source = (ROOT / "wipe/certificate/document.c").read_text()
        top = source[source.index("const struct field document_fields"):]
        top = top[:top.index("END }")]
        keys = re.findall(r'\(certificate, "(\w+)"', top)
        self.assertEqual(keys, list(SCHEMA["properties"]))
        for name, golden in GOLDEN.items():
            self.assertEqual(keys, list(golden), name)


if __name__ == "__main__":
    unittest.main()
