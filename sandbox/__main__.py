"""The sandbox's command: `python -m sandbox --port 9000 --smtp-port 9025 --hook https://hooks.example=http://127.0.0.1:8000`."""

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from sandbox import fill
from sandbox.server import Running


def _arguments(argv: Sequence[str] | None) -> ArgumentParser:
    parser = ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=9000, help="where the clouds listen; 0 takes a free port")
    parser.add_argument("--smtp-port", type=int, default=9025, help="where the mailbox listens; 0 takes a free port")
    parser.add_argument("--dns-port", type=int, default=9053, help="where the DNS listens; 0 takes a free port")
    parser.add_argument("--hook", action="append", default=[], metavar="HTTPS=HTTP", help="where an address leads to")
    parser.add_argument("--fill", action="store_true", help="begin with a believable world")
    parser.add_argument("--state", type=Path, metavar="FILE", help="remember everything here; --fill only at first")
    parser.add_argument("--site", default="http://localhost:8000", help="the site that pages link back to")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM or Ctrl-C."""
    options = _arguments(argv).parse_args(argv)
    hooks = dict(pair.split("=", 1) for pair in options.hook)
    sandbox = Running(
        port=options.port, smtp_port=options.smtp_port, dns_port=options.dns_port, hooks=hooks, state=options.state
    )
    sandbox.world.site = options.site
    if options.fill and not sandbox.remembers:
        fill.fill(sandbox.world)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: setattr(sandbox.server, "should_exit", True))
    sandbox.start()
    print(
        f"sandbox ready on {sandbox.url} smtp {sandbox.smtp_port} dns {sandbox.dns_port}"
        f"{', as it was left' if sandbox.remembers else ''}",
        flush=True,
    )
    sandbox.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
