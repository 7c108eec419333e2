"""The record that an organization publishes at `_hetk.<domain>`, and what it means. Pure.

    _hetk.example.com.  TXT  "v=hetk1; policy=private"

Tags are `name=value`, separated by semicolons; upper and lower case and blanks around them do not count. `v=hetk1` comes first.
`policy` is `private` or `none`; `sp=private` extends the record to subdomains; other tags are ignored, for later versions. Whoever
publishes anything that begins so means something by it, so every doubt about it means private.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LABEL = "_hetk"
VERSION = "hetk1"
# The longest text of one record, in bytes: what a person typed, not what a server was made to send.
LONGEST = 512


class Policy(StrEnum):
    PRIVATE = "private"
    NONE = "none"


class Problem(StrEnum):
    """What is wrong with a record. The value is stored; the sentence is shown."""

    SEVERAL = "several"
    VERSION = "version"
    NOT_FIRST = "not_first"
    NO_POLICY = "no_policy"
    UNKNOWN_POLICY = "unknown_policy"
    UNKNOWN_SUBDOMAINS = "unknown_sp"
    DOUBLE = "double"
    NOT_A_TAG = "not_a_tag"
    NOT_ASCII = "not_ascii"
    TOO_LONG = "too_long"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Problem.SEVERAL: "There are several Hetk records here, and nobody can say which one is meant.",
    Problem.VERSION: "The version is not one that exists; write v=hetk1.",
    Problem.NOT_FIRST: "v=hetk1 must come first; as it stands, the record is not read as one of Hetk's.",
    Problem.NO_POLICY: "The tag policy is missing; write policy=private.",
    Problem.UNKNOWN_POLICY: "The policy is neither private nor none.",
    Problem.UNKNOWN_SUBDOMAINS: "The tag sp is neither private nor none.",
    Problem.DOUBLE: "A tag stands twice in the record.",
    Problem.NOT_A_TAG: "A part of the record is not of the form name=value.",
    Problem.NOT_ASCII: "The record holds characters other than plain ASCII.",
    Problem.TOO_LONG: f"The record is longer than {LONGEST} bytes.",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What is published at one name. `policy` None: nothing that counts.

    `subdomains`: it covers the names below as well. `text`: the record as published, for people to read; `tags`: as understood.
    `problem`: why it is taken for private, or (with no policy) why it is not taken for a record.
    """

    policy: Policy | None = None
    subdomains: bool = False
    text: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    problem: Problem | None = None


def read(answers: Sequence[Sequence[bytes]]) -> Record:
    """What the TXT records of one name mean together.

    `answers`: a sequence of records, each of its character-strings (RFC 1035 3.3.14), which are joined without a blank between
    (RFC 7208 3.3). Records that others publish at the same name, a wildcard's among them, do not count.
    """
    texts = [b"".join(strings) for strings in answers]
    ours = [text for text in texts if _is_ours(text)]
    match ours:
        case []:
            late = next((text for text in texts if any(_is_version(part) for part in _parts(text)[1:])), None)
            return Record(text=_shown(late), problem=Problem.NOT_FIRST) if late else Record()
        case [one]:
            return _one(one)
        case _:
            return _doubtful(" | ".join(_shown(text) for text in ours), Problem.SEVERAL)


def _one(raw: bytes) -> Record:
    text = _shown(raw)
    if len(raw) > LONGEST:
        return _doubtful(text, Problem.TOO_LONG)
    if not raw.isascii():
        return _doubtful(text, Problem.NOT_ASCII)
    parts = [part.strip() for part in raw.decode("ascii").lower().split(";")]
    pairs = [tuple(side.strip() for side in part.split("=", 1)) for part in parts if part]
    if any(len(pair) != 2 or not pair[0] for pair in pairs):
        return _doubtful(text, Problem.NOT_A_TAG)
    tags = tuple((name, value) for name, value in pairs)
    return _meaning(text, tags)


def _meaning(text: str, tags: tuple[tuple[str, str], ...]) -> Record:
    values = dict(tags)
    if len(values) != len(tags):
        return _doubtful(text, Problem.DOUBLE, tags)
    if values["v"] != VERSION:
        return _doubtful(text, Problem.VERSION, tags)
    if "policy" not in values:
        return _doubtful(text, Problem.NO_POLICY, tags)
    if values["policy"] not in {*Policy}:
        return _doubtful(text, Problem.UNKNOWN_POLICY, tags)
    policy, below = Policy(values["policy"]), values.get("sp", Policy.NONE)
    if below not in {*Policy}:
        return Record(policy, True, text, tags, Problem.UNKNOWN_SUBDOMAINS)
    return Record(policy, below == Policy.PRIVATE, text, tags)


def _doubtful(text: str, problem: Problem, tags: tuple[tuple[str, str], ...] = ()) -> Record:
    """Private; for the subdomains too where the record seems to speak of them."""
    below = any(part.partition("=")[0].strip().lower() == "sp" for part in text.replace("|", ";").split(";"))
    return Record(Policy.PRIVATE, below, text, tags, problem)


def _is_ours(text: bytes) -> bool:
    return _is_version(_parts(text)[0])


def _is_version(part: bytes) -> bool:
    name, equals, value = part.partition(b"=")
    return bool(equals) and name.strip().lower() == b"v" and value.strip().lower().startswith(b"hetk")


def _parts(text: bytes) -> list[bytes]:
    return text.split(b";")


def _shown(raw: bytes) -> str:
    """The text for people, cut to what may be a record, with nothing that a terminal or a page could stumble over."""
    text = raw[:LONGEST].decode("ascii", errors="replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
