"""`manage.py prepare_stripe`: Hetk's plans at Stripe, as they stand in `billing/plans.py`; what is there already stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import catalogue, gateway
from sync.providers.errors import ProviderError


class Command(BaseCommand):
    help = (
        "Make the products, the prices and the portal's configuration at Stripe; run it again after a change of plans."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not gateway.on():
            raise CommandError("HETK_STRIPE_SECRET_KEY is empty, or HETK_BILLING is no: nothing to prepare.")
        try:
            made = catalogue.prepare()
        except ProviderError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{len(made)} made: {', '.join(made)}" if made else "Everything is there already.")
