"""What is wrong with an installation's settings, said before it serves anybody. Each has an id and tells what to do.

Django runs them before every command, so that neither `prepare` nor a worker starts on settings that are wrong.
"""

import base64
import binascii
import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from hetk.company import OWN_NAME, OWN_SITE
from policy.lookup import Server

KEY_BYTES = 32
TOKEN_LETTERS = 32
# Backends that keep their values inside one process, so that a limit would be counted once per process.
LONELY_CACHES = ("locmem", "dummy")
# Modes of PostgreSQL's connections that never fall back to plain text.
SEALED = ("require", "verify-ca", "verify-full")

# How what is sold is taxed: `billing/purchase.py`.
TAXES = ("off", "automatic", "managed")

Apps = Sequence[AppConfig] | None


def is_local(url: str) -> bool:
    """Whether `url` leads to this machine: localhost or a loopback address."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_keys(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E001, E002, E003: the keys are there, well formed, long enough, and not one key for two purposes."""
    found: list[checks.CheckMessage] = []
    if len(settings.SECRET_KEY) < 50:
        found.append(
            checks.Error(
                "HETK_SECRET_KEY is shorter than 50 characters.",
                hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
                id="hetk.E001",
            )
        )
    for name, keys in (("HETK_VAULT_KEYS", settings.VAULT_KEYS), ("HETK_MARK_KEYS", settings.MARK_KEYS)):
        found.extend(_key_problems(name, keys))
    if shared := {_secret(key) for key in settings.VAULT_KEYS} & {_secret(key) for key in settings.MARK_KEYS}:
        found.append(
            checks.Error(
                f"HETK_VAULT_KEYS and HETK_MARK_KEYS share {len(shared)} key(s).",
                hint="A key serves one purpose only; make another one for marks.",
                id="hetk.E003",
            )
        )
    return found


def _key_problems(name: str, keys: Sequence[str]) -> Iterator[checks.CheckMessage]:
    hint = "Write id:key, the key being 32 random bytes: openssl rand -base64 32"
    if not keys:
        yield checks.Error(f"{name} holds no key.", hint=hint, id="hetk.E002")
    ids = [key.partition(":")[0] for key in keys]
    if len(set(ids)) != len(ids):
        yield checks.Error(
            f"{name} uses one id for two keys.", hint="Ids are told apart when old values are read.", id="hetk.E002"
        )
    for place, key in enumerate(keys, start=1):
        # The key itself is never quoted: this text ends up in logs.
        if not key.partition(":")[0] or _length(_secret(key)) != KEY_BYTES:
            yield checks.Error(
                f"Key {place} of {name} is not id:base64 of {KEY_BYTES} bytes.", hint=hint, id="hetk.E002"
            )


def _secret(key: str) -> str:
    return key.partition(":")[2]


def _length(text: str) -> int:
    try:
        return len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return 0


def check_site(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E010, E011, E012: the public site is https, free of debugging, and open to its own name."""
    found: list[checks.CheckMessage] = []
    site = urlsplit(settings.SITE_URL)
    if site.scheme not in {"http", "https"} or not site.hostname or site.path.strip("/"):
        return [
            checks.Error(
                f"HETK_SITE_URL is {settings.SITE_URL!r}, which is not the address of a site.",
                hint="Scheme and host only, such as https://hetk.example",
                id="hetk.E010",
            )
        ]
    if site.scheme == "http" and not is_local(settings.SITE_URL):
        found.append(
            checks.Error(
                "HETK_SITE_URL is plain http: passwords and sessions would travel in the open.",
                hint="Serve the site by https; plain http is for this machine only.",
                id="hetk.E010",
            )
        )
    if settings.DEBUG and not is_local(settings.SITE_URL):
        found.append(
            checks.Error(
                "HETK_DEBUG is on for a public site: error pages would show settings and data.",
                hint="Set HETK_DEBUG=no.",
                id="hetk.E011",
            )
        )
    if site.hostname not in settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            checks.Error(
                f"HETK_HOSTS must name {site.hostname}, the host of HETK_SITE_URL, and never *.",
                hint=f"Set HETK_HOSTS={site.hostname}",
                id="hetk.E012",
            )
        )
    return found


def check_outside_world(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E020, E021, E022: the sandbox is for this machine alone, and the real services get what they ask for."""
    if settings.SANDBOX_URL:
        return _sandbox_problems()
    found: list[checks.CheckMessage] = []
    if not settings.WEBHOOK_URL.startswith("https://") or is_local(settings.WEBHOOK_URL):
        found.append(
            checks.Error(
                "HETK_WEBHOOK_URL is no public https address, and the providers notify no other.",
                hint="By default it is HETK_SITE_URL; name the address under which the internet reaches this site.",
                id="hetk.E021",
            )
        )
    needed = ("MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")
    found.extend(
        checks.Error(
            f"HETK_{name} is empty, and nobody can connect an account of that provider.",
            hint="docs/running.md tells how the application is registered.",
            id="hetk.E022",
        )
        for name in needed
        if not getattr(settings, name)
    )
    return found


def _sandbox_problems() -> list[checks.CheckMessage]:
    if is_local(settings.SITE_URL) and is_local(settings.SANDBOX_URL):
        return []
    return [
        checks.Error(
            "HETK_SANDBOX_URL is set for a public site: sign-ins and calendars would be invented ones.",
            hint="Unset HETK_SANDBOX_URL; it is for the demo and the tests, with both sides on this machine.",
            id="hetk.E020",
        )
    ]


def check_cache(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E030: limits on attempts are counted for all processes together."""
    backend = settings.CACHES["default"]["BACKEND"]
    if is_local(settings.SITE_URL) or not any(word in backend for word in LONELY_CACHES):
        return []
    return [
        checks.Error(
            f"The cache {backend.rsplit('.', 1)[-1]} is not shared: each process would count sign-in attempts for itself.",
            hint="Keep the database cache of hetk/settings.py, or name another shared one.",
            id="hetk.E030",
        )
    ]


def check_proxies(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """W031: behind a proxy that is not declared, every visitor has the proxy's address and https looks like http."""
    if not settings.HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Warning(
            "HETK_SITE_URL is https but HETK_TRUSTED_PROXIES is 0, while Hetk's own server speaks plain http.",
            hint="Set HETK_TRUSTED_PROXIES to the number of proxies in front, usually 1.",
            id="hetk.W031",
        )
    ]


def check_database(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """W032: what travels to a database elsewhere is sealed, and the database there is the one that was meant."""
    host = settings.POSTGRES.get("HOST", "")
    local = not host or host.startswith("/") or is_local(f"//{host}")
    if local or settings.POSTGRES["OPTIONS"].get("sslmode") in SEALED:
        return []
    return [
        checks.Warning(
            "HETK_DATABASE_URL leads to another machine without insisting on TLS.",
            hint="Add ?sslmode=verify-full (or require, where the network itself is trusted) to the address.",
            id="hetk.W032",
        )
    ]


def check_resolvers(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E023, W033: the resolvers that are asked for policies can be read, and there are two of them."""
    hint = "Write two addresses, such as HETK_RESOLVERS='1.1.1.1 9.9.9.9', or 192.0.2.1:5300 with a port."
    found: list[checks.CheckMessage] = []
    good: set[Server] = set()
    for text in settings.RESOLVERS:
        try:
            good.add(Server.parse(text))
        except ValueError as error:
            found.append(checks.Error(f"HETK_RESOLVERS: {error}", hint=hint, id="hetk.E023"))
    if not found and not good:
        found.append(checks.Error("HETK_RESOLVERS names nobody to ask for policies.", hint=hint, id="hetk.E023"))
    if not found and len(good) == 1 and not any(server.is_local for server in good):
        message = "HETK_RESOLVERS names one resolver: what it says alone, or hides, would be believed."
        found.append(checks.Warning(message, hint=hint, id="hetk.W033"))
    return found


def check_payment(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E040, E041: what is sold is taxed in a way that exists, and what Stripe tells can be believed."""
    found: list[checks.CheckMessage] = []
    if settings.STRIPE_TAX not in TAXES:
        found.append(
            checks.Error(
                f"HETK_STRIPE_TAX is {settings.STRIPE_TAX!r}.", hint=f"It is one of {', '.join(TAXES)}.", id="hetk.E040"
            )
        )
    if settings.STRIPE_SECRET_KEY and not settings.STRIPE_WEBHOOK_SECRETS:
        found.append(
            checks.Error(
                "HETK_STRIPE_SECRET_KEY is set and HETK_STRIPE_WEBHOOK_SECRETS is not: nothing that Stripe tells is believed.",
                hint="Add the signing secret of the endpoint; docs/billing.md tells which.",
                id="hetk.E041",
            )
        )
    return found


def check_company(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """W050, W051: the public pages and the contract name who runs this installation, and not somebody else."""
    site = urlsplit(settings.SITE_URL).hostname or ""
    if is_local(settings.SITE_URL):
        return []
    found: list[checks.CheckMessage] = [
        checks.Warning(
            f"{name} is empty, and the public pages and the contract on data processing leave a gap there.",
            hint="docs/running.md tells what it is for.",
            id="hetk.W050",
        )
        for name in settings.COMPANY.unsaid
    ]
    if settings.COMPANY.name == OWN_NAME and site != OWN_SITE and not site.endswith(f".{OWN_SITE}"):
        found.append(
            checks.Warning(
                f"HETK_COMPANY is left at {OWN_NAME}, which does not run {site}: the pages would speak in another's name.",
                hint="Set HETK_COMPANY and the other variables of docs/running.md, “Who runs it”.",
                id="hetk.W051",
            )
        )
    return found


def check_metrics(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """E024: nobody guesses what opens the measurements."""
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= TOKEN_LETTERS:
        return []
    message = f"HETK_METRICS_TOKEN is shorter than {TOKEN_LETTERS} characters."
    return [checks.Error(message, hint="Make one: openssl rand -hex 32; empty, nothing is read.", id="hetk.E024")]


ALL = [
    check_keys,
    check_site,
    check_outside_world,
    check_cache,
    check_proxies,
    check_database,
    check_resolvers,
    check_payment,
    check_company,
    check_metrics,
]
