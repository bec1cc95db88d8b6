"""All problems of a document, each with its path: those of its parts (pydantic) and those of the whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from loaders.metadata.checks import Located, Path, json_path, problems_of_the_whole
from loaders.metadata.stations import Document
from loaders.problems import Problem

FOUND_LENGTH = 60

EXPECTED = {
    "missing": "this key, which may not be left out",
    "string_type": "a text",
    "string_unicode": "text in Unicode",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "too_short": "at least one",
    "finite_number": "a number that fits",
    "int_parsing_size": "a number that fits",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "multiple_of": "a whole number",
}


def problems_of(document: object) -> list[Located]:
    """Every problem with its path, one a path; none where the document is valid."""
    found: dict[Path, Problem] = {}
    for path, problem in [*_problems_of_parts(document), *problems_of_the_whole(document)]:
        found.setdefault(path, replace(problem, place=json_path(path)))
    return list(found.items())


def _problems_of_parts(document: object) -> list[Located]:
    try:
        Document.model_validate(document)
    except ValidationError as refused:
        return [_translated(error) for error in refused.errors(include_url=False)]
    return []


def _translated(error: Mapping[str, Any]) -> Located:
    context = error.get("ctx", {})
    if error["type"] == "misfit":
        expected, remedy = context["expected"], context["remedy"]
    else:
        expected, remedy = EXPECTED.get(error["type"], error["msg"]).format(**context), ""
    found = "nothing" if error["type"] == "missing" else as_found(error["input"])
    return error["loc"], Problem("", found, expected, remedy)


def as_found(value: object) -> str:
    """A value as a message shows it: short, on one line."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    try:
        text = json.dumps(value, ensure_ascii=not isinstance(value, str) or not value.isprintable())
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= FOUND_LENGTH else f"{text[:FOUND_LENGTH]}..."
