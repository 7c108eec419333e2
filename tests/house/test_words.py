"""One word per thing, everywhere the same; and nothing said that has no place in a project."""

import re

import pytest

from tests.house.source import CODE, ROOT, files, modules, name, text

# The word that is ours stands on the right.
SECOND_WORDS = {"mirror": "copy", "dirty": "due", "replica": "copy", "checkpoint": "cursor", "runner": "engine"}
# Folders of a machine, which no other machine has.
PLACES = re.compile(r"(?<![\w.:/}~-])/(?:root|home|work|mnt|Users)/")
SECRETS = re.compile(
    r"-----BEGIN (?:RSA |EC )?PRIVATE KEY|AKIA[0-9A-Z]{16}|sk_live_\w+|ghp_\w{20,}|xox[bp]-\w+|GOCSPX-\w+|eyJ[\w-]{20,}\.eyJ"
)
LATER = re.compile(r"(?:#|//|/\*|<!--)\s*(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")


def _spoken() -> list:
    python = modules(*CODE, "tests", "bench")
    pages = [
        path
        for kind in ("*.html", "*.txt", "*.css", "*.js", "*.md")
        for path in files(kind, "templates", "docs", *CODE)
    ]
    roots = [path for path in ROOT.iterdir() if path.suffix in {".md", ".toml", ".txt"} or path.name == "Makefile"]
    # What others wrote stays as they wrote it.
    return [
        path
        for path in [*python, *pages, *roots]
        if not {"vendor", "fixtures"} & set(path.parts) and ".min." not in path.name
    ]


@pytest.mark.parametrize(("word", "ours"), SECOND_WORDS.items())
def test_a_thing_has_no_second_name(word, ours):
    own = {"tests/house/test_words.py", "tests/house/source.py"}
    found = [
        name(path) for path in _spoken() if re.search(rf"(?i)(?<![a-z]){word}", text(path)) and name(path) not in own
    ]
    assert found == [], f"say {ours}"


def test_no_file_names_a_folder_of_somebodys_machine():
    assert [name(path) for path in _spoken() if PLACES.search(text(path))] == []


def test_no_file_holds_a_secret():
    found = [name(path) for path in _spoken() if SECRETS.search(text(path))]
    assert [place for place in found if not place.startswith("tests/house/")] == []


def test_nothing_is_put_off_in_a_comment():
    assert [name(path) for path in _spoken() if LATER.search(text(path))] == []


def test_protocols_and_products_are_spelt_in_one_way():
    wrong = re.compile(r"\b(?:Caldav|caldev|Oauth2?|Icloud|ICloud|Sqlite|Github|webhook url)\b")
    assert [name(path) for path in _spoken() if wrong.search(text(path)) and "house" not in path.parts] == []
