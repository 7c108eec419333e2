"""No file that is kept with the source holds anything that opens something."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

# What secrets of the services that we, or people like us, use look like.
SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "Amazon": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[\w-]{35}\b",
    "Google client": r"\bGOCSPX-[\w-]{20,}",
    "Google token": r"\bya29\.[\w-]{30,}",
    "Microsoft client": r"\b[\w~.-]{3}8Q~[\w~.-]{31,34}\b",
    "Stripe": r"\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{20,}|\bwhsec_[0-9A-Za-z+/]{32,}",
    "GitHub": r"\b(?:ghp|gho|ghu|ghs|ghr)_[0-9A-Za-z]{36}\b|\bgithub_pat_\w{60,}",
    "Slack": r"\bxox[abprs]-[\w-]{20,}",
    "token that carries its proof": r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}",
    "password in an address": r"\b(?:postgres(?:ql)?|smtps?|amqp|redis)://[\w.-]+:(?!password@|secret@|\{|\$|…|\.\.\.)[^\s@/:\"']{8,}@(?!localhost|127\.)",
}
NEVER_KEPT = re.compile(r"(?:^|/)(?:\.env(?:\..*)?|.*\.(?:pem|key|p12|pfx|sqlite3?|dump)|id_(?:rsa|ed25519))$")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
    # Not a checkout: whatever was unpacked here, but for what was made here.
    left_out = {".venv", "var", "artifacts", "__pycache__"}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [path.as_posix() for path in found if not left_out & set(path.parts)]


def holding(text: str) -> list[str]:
    return [name for name, shape in SHAPES.items() if re.search(shape, text)]


def test_no_tracked_file_holds_a_secret():
    found = {}
    for name in tracked():
        kinds = holding((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
        if kinds and name != Path(__file__).relative_to(ROOT).as_posix():
            found[name] = kinds
    assert found == {}


def test_no_file_of_keys_or_data_is_tracked():
    assert tracked()
    assert [name for name in tracked() if NEVER_KEPT.search(name)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("private key", "-----BEGIN EC " + "PRIVATE KEY-----"),
        ("Amazon", "AKIA" + "A1" * 8),
        ("Google client", "GOCSPX-" + "a1" * 14),
        ("Stripe", "sk_live_" + "a1" * 12),
        ("GitHub", "ghp_" + "a1" * 18),
        ("token that carries its proof", ".".join(["eyJ" + "a" * 24, "eyJ" + "b" * 24, "c" * 40])),
        ("password in an address", "postgresql://hetk:" + "correcthorse" + "@db.example/hetk"),
    ],
)
def test_what_is_looked_for_would_be_found(kind, text):
    assert holding(f'KEY = "{text}"') == [kind]
