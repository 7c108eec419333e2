"""Passwords made of the house's own words: whoever guesses at Hetk tries them first."""

import re

from django.core.exceptions import ValidationError

# As people would write them into a password for this site; docs/asvs.md 6.1.2.
WORDS = ("hetk", "calendar", "kalender", "sync", "busy")
SHORTEST = 8
# What people hang on to a word: digits, and signs in the place of a blank.
TRIMMINGS = re.compile(r"[\W\d_]+")


class OwnWords:
    """What is left beside our words, digits and signs must be a password by itself."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError."""
        bare = password.casefold()
        if not any(word in bare for word in WORDS):
            return
        for word in WORDS:
            bare = bare.replace(word, "")
        if len(TRIMMINGS.sub("", bare)) < SHORTEST:
            raise ValidationError(
                "This is made of words that stand on this site. Take something of your own.", "own_words"
            )

    def get_help_text(self) -> str:
        return "Words of this site make no password."
