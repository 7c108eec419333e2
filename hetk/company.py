"""Who runs this installation, and where: what only they can know, read once from the environment.

The defaults are those of hetk.io. An installation under another name that leaves them as they are is told so by `hetk/checks.py`.
"""

from dataclasses import dataclass

from hetk import env

OWN_SITE = "hetk.io"
OWN_NAME = "Hetk Technologies OÜ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The contract partner and two contacts; "" for what nobody has said.

    `host`, `region`: whose machines hold the site and its database, and where. `edge`: who stands between visitors and the site, if
    anybody does. `mailer`: who delivers its mail.
    """

    name: str
    country: str
    code: str
    post: str
    host: str
    region: str
    edge: str
    mailer: str
    support: str
    privacy: str

    @property
    def unsaid(self) -> list[str]:
        """The variables that a public installation has to set, and that are empty."""
        return [f"HETK_{name.upper()}" for name in NEEDED if not getattr(self, NEEDED[name])]


# What a contract must name, by the end of its variable.
NEEDED = {
    "company": "name",
    "company_country": "country",
    "company_address": "post",
    "host": "host",
    "region": "region",
    "mailer": "mailer",
}


def from_environment() -> Company:
    return Company(
        name=env.text("HETK_COMPANY", OWN_NAME),
        country=env.text("HETK_COMPANY_COUNTRY", "Estonia"),
        code=env.text("HETK_COMPANY_CODE", "17181483"),
        post=env.text("HETK_COMPANY_ADDRESS", ""),
        host=env.text("HETK_HOST", "Microsoft Azure"),
        region=env.text("HETK_REGION", "North Europe"),
        edge=env.text("HETK_EDGE", "Cloudflare"),
        mailer=env.text("HETK_MAILER", ""),
        support=env.text("HETK_SUPPORT_CONTACT", "support@hetk.io"),
        privacy=env.text("HETK_PRIVACY_CONTACT", "privacy@hetk.io"),
    )
