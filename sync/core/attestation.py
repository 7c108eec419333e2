"""Attestations: a signed paper about one audit. Pure: values in, the exact bytes that are signed out.

A paper is JSON with a statement and a signature. What is signed is the statement in canonical form: UTF-8, keys sorted, no blanks, no
escapes but those that JSON demands. The statement holds only texts, whole numbers, lists and objects, so every JSON library and
`jq -cjS` write the same bytes.
"""

import json
from collections.abc import Mapping
from typing import Any

FORMAT = "hetk-attestation-1"
ALGORITHM = "Ed25519"


class NotGenuine(Exception):
    """The paper is no attestation, was changed, or was signed by a key that is not known; `str()` says which."""


def canonical(statement: Mapping[str, Any]) -> bytes:
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def parts(text: str) -> tuple[dict[str, Any], str, str]:
    """The statement, the id of the key and the signature (base64) of a paper. Raises `NotGenuine`."""
    try:
        paper = json.loads(text)
        statement, signature = paper["statement"], paper["signature"]
        key, value = signature["key"], signature["value"]
    except (ValueError, KeyError, TypeError):
        raise NotGenuine("This is no attestation.") from None
    known = (
        isinstance(statement, dict) and statement.get("format") == FORMAT and signature.get("algorithm") == ALGORITHM
    )
    if not known or not isinstance(key, str) or not isinstance(value, str):
        raise NotGenuine("This is no attestation of a form that is known here.")
    return statement, key, value
