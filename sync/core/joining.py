"""Join links and dial-in data of online meetings: never copied, for whoever holds them can walk in.

Known by their form: the blocks that Teams and Google set off with lines of their own, the addresses of meeting rooms, and the lines
that stand around them in invitations of Teams, Zoom, Meet and Webex.
"""

import re

_LINK = r"https?://(?:[\w.-]*\.)?(?:teams\.microsoft\.com/(?:l/meetup-join|meet)|teams\.live\.com/meet|zoom\.us/(?:j|my|w|s)|zoomgov\.com/j|meet\.google\.com|webex\.com)/?[^\s<>\")]*"
LINK = re.compile(rf"<?{_LINK}>?", re.IGNORECASE)
# Teams: between two rules of underscores. Google: between two rules of its own odd characters.
TEAMS = re.compile(r"^_{20,}\s*$.*?(?:^_{20,}\s*$|\Z)", re.MULTILINE | re.DOTALL)
MEET = re.compile(r"-::~[:~]*::-.*?(?:-::~[:~]*::-|\Z)", re.DOTALL)
LINE = re.compile(
    r"^\s*(?:join (?:zoom|the|with|by|from|microsoft|webex|your|on)\b.*|.*inviting you to a scheduled zoom meeting.*"
    r"|(?:meeting|webinar|conference|phone conference) (?:id|number|password|passcode)\b.*|(?:passcode|access code|pin)\s*:.*"
    r"|one tap mobile|dial by your location|dial[- ]in.*|or dial\b.*|find (?:your|a) local number.*|more phone numbers.*"
    r"|\(?(?:tel:)?\+\d[\d\s().,*#-]{6,}.*)$",
    re.IGNORECASE,
)


def has_join_data(text: str) -> bool:
    """Whether anything in the text lets its reader into an online meeting."""
    return bool(LINK.search(text) or MEET.search(text))


def without_join_data(text: str) -> str:
    """The text as it was, or without every block, line and link that belongs to joining."""
    if not has_join_data(text):
        return text
    text = MEET.sub("", TEAMS.sub(_unless_harmless, text))
    kept = [LINK.sub("", line) for line in text.split("\n") if not LINE.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()


def _unless_harmless(block: re.Match[str]) -> str:
    """Underscores alone are no proof: people draw lines too."""
    return "" if LINK.search(block[0]) else block[0]
