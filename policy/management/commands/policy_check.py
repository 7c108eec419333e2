"""`manage.py policy_check DOMAIN`: the policy that a domain publishes, step by step. Stores nothing."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policy import keeper
from policy.check import Check, check
from policy.lookup import Server
from policy.names import NotADomain, domain_of
from policy.standing import State

MEANS = {
    State.PRIVATE: "private: copies that leave accounts of this domain say Busy and nothing else",
    State.NONE: "none: people choose for themselves",
    State.UNKNOWN: "unknown: nobody answered, and until somebody does it counts as private",
}


class Command(BaseCommand):
    help = "Ask the resolvers for the policy of a domain, and tell each step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", help="example.com, or an address there")
        parser.add_argument("--resolver", metavar="HOST:PORT", help="ask this one instead of both of HETK_RESOLVERS")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            domain = domain_of(options["domain"])
            servers = [Server.parse(options["resolver"])] * 2 if options["resolver"] else keeper.resolvers()
        except (NotADomain, ValueError) as error:
            raise CommandError(str(error)) from None
        found = check(domain, servers, timezone.now())
        self.stdout.write(json.dumps(as_json(found), indent=2) if options["json"] else as_text(found))


def as_json(found: Check) -> dict[str, Any]:
    steps = [{**asdict(step), "tags": dict(step.tags)} for step in found.steps]
    decided_by = found.verdict.domain if found.effective is not State.NONE else None
    return {"domain": found.domain, "steps": steps, "decided_by": decided_by, "effective": found.effective.value}


def as_text(found: Check) -> str:
    lines = []
    for step in found.steps:
        lines.append(f"{step.name} TXT, asked of {step.resolver}: {step.said}")
        if step.record:
            lines.append(f"    {step.record}")
        if step.tags:
            lines.append(f"    {step.read_as}")
        if step.problem:
            lines.append(f"    {step.problem.sentence}")
    by = f" (decided by {found.verdict.domain})" if found.verdict.domain != found.domain else ""
    return "\n".join([*lines, f"{found.domain} is {MEANS[found.effective]}{by}"])
