"""`manage.py verify_attestation FILE`: whether an attestation is genuine and unchanged, and what it says."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management.base import BaseCommand, CommandError

from sync import attestation
from sync.core.attestation import NotGenuine


class Command(BaseCommand):
    help = "Check an attestation against the keys of this installation, or against published ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the attestation as it was downloaded")
        parser.add_argument(
            "--keys", type=Path, help="published keys, as saved from /.well-known/hetk-attestation-keys.json"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            said = attestation.check(_text(options["file"]), keys_of(options["keys"]))
        except NotGenuine as error:
            raise CommandError(f"Not genuine: {error}") from None
        found = sum(said["differences"].values())
        self.stdout.write(f"Genuine, by {said['site']} ({said['installation']}), version {said['version']}.")
        self.stdout.write(
            f"Pair {said['pair']} was verified {said['outcome']} at {said['finished_at']}: {said['copies_checked']} copies"
            f" checked, {found} differences, {said['repaired']} repaired, {said['left']} left."
        )


def keys_of(path: Path | None) -> dict[str, Ed25519PublicKey]:
    if path is None:
        return attestation.own_keys()
    try:
        return attestation.read_keys(_text(path))
    except ValueError as error:
        raise CommandError(f"{path}: {error}.") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {type(error).__name__}.") from None
