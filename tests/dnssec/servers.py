"""A signing server (knot) and a validating resolver in front of it (unbound) on loopback: from Debian's packages, where they are installed."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import dns.message
import dns.name
import dns.query
import dns.rdatatype

from hetk.keeper import bound
from policy.lookup import Server
from tests.environment import free_port

NEEDED = ("knotd", "knotc", "unbound")
HOME = "127.0.0.1"
# Debian keeps them where only root's path leads.
PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
# A key that signs zones, and is not one of a chain of trust.
KEY_SIGNING = 257

KNOT = """server:
    rundir: "{folder}/run"
    listen: 127.0.0.1@{port}
    user: {user}
database:
    storage: "{folder}/db"
log:
  - target: stderr
    any: error
policy:
  - id: quick
    algorithm: ecdsap256sha256
template:
  - id: default
    storage: "{folder}/zones"
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    dnssec-policy: quick
zone:
"""
ZONE = """$TTL 60
@ SOA ns.{domain}. hostmaster.{domain}. 1 3600 600 86400 60
@ NS ns.{domain}.
ns A 127.0.0.1
{records}
"""
UNBOUND = """server:
    interface: {address}@{port}
    do-daemonize: no
    do-not-query-localhost: no
    access-control: 0.0.0.0/0 allow
    chroot: ""
    username: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound-{port}.pid"
    use-syslog: no
    logfile: "{folder}/unbound-{port}.log"
    module-config: "validator iterator"
    num-threads: 1
    # Every question reaches the server behind: what was published a moment ago is seen.
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
    key-cache-size: 0
    qname-minimisation: no
{anchors}
remote-control:
    control-enable: no
"""
STUB = """stub-zone:
    name: "{domain}"
    stub-addr: 127.0.0.1@{port}
"""


def there() -> bool:
    return all(_path(name) for name in NEEDED)


def _path(name: str) -> str:
    return shutil.which(name, path=PATH) or ""


@dataclass
class Zone:
    """`anchored`: the resolver knows its keys, as it does of a domain with a DS record above it."""

    domain: str
    texts: tuple[str, ...] = ()
    signed: bool = True
    anchored: bool = True


@dataclass
class Knot:
    """The authoritative server. Its zones are files that `publish` writes anew."""

    folder: Path
    port: int
    zones: dict[str, Zone]

    def write(self) -> None:
        lines = [KNOT.format(folder=self.folder, port=self.port, user=_me())]
        for zone in self.zones.values():
            lines.append(f"  - domain: {zone.domain}\n    dnssec-signing: {'on' if zone.signed else 'off'}\n")
            records = "\n".join(f'_hetk TXT "{text}"' for text in zone.texts)
            (self.folder / "zones" / f"{zone.domain}.zone").write_text(ZONE.format(domain=zone.domain, records=records))
        (self.folder / "knot.conf").write_text("".join(lines))

    def publish(self, domain: str, *texts: str) -> None:
        """The records at `_hetk` of a domain from now on; the rest of the zone, and its signatures, follow."""
        self.zones[domain].texts = texts
        self.write()
        self._control("zone-reload", domain)

    def unsign(self, domain: str) -> None:
        """The same zone without signatures."""
        self.zones[domain].signed = False
        self.write()
        self._control("reload")
        shutil.rmtree(self.folder / "db" / "journal", ignore_errors=True)
        self._control("zone-reload", domain)

    def _control(self, *command: str) -> None:
        said = [_path("knotc"), "-c", str(self.folder / "knot.conf"), "-b", *command]
        subprocess.run(said, check=True, capture_output=True, timeout=20)

    def anchor(self, domain: str) -> str:
        """The keys of a zone as a resolver is told them."""
        name = dns.name.from_text(domain)
        asked = dns.message.make_query(name, dns.rdatatype.DNSKEY, want_dnssec=True)
        answer = dns.query.tcp(asked, HOME, port=self.port, timeout=5)
        keys = [key for rrset in answer.answer if rrset.rdtype == dns.rdatatype.DNSKEY for key in rrset]
        return next(f"{domain}. DNSKEY {key.to_text()}" for key in keys if key.flags == KEY_SIGNING)


def _me() -> str:
    import getpass

    return getpass.getuser()


@contextmanager
def knot(folder: Path, *zones: Zone) -> Iterator[Knot]:
    for name in ("run", "db", "zones"):
        (folder / name).mkdir(parents=True)
    server = Knot(folder, free_port(), {zone.domain: zone for zone in zones})
    server.write()
    with _process([_path("knotd"), "-c", str(folder / "knot.conf")], HOME, server.port):
        for zone in zones:
            _until_served(server, zone)
        yield server


@contextmanager
def unbound(folder: Path, behind: Knot, anchors: Mapping[str, str], address: str = HOME) -> Iterator[Server]:
    """A resolver that validates what it has anchors for, and knows no server but ours."""
    port = free_port()
    trusted = "\n".join(f'    trust-anchor: "{anchor}"' for anchor in anchors.values())
    stubs = "".join(STUB.format(domain=domain, port=behind.port) for domain in behind.zones)
    settings = folder / f"unbound-{port}.conf"
    settings.write_text(UNBOUND.format(folder=folder, port=port, address=address, anchors=trusted) + stubs)
    with _process([_path("unbound"), "-d", "-c", str(settings)], address, port):
        yield Server(address, port)


@contextmanager
def _process(command: list[str], address: str, port: int) -> Iterator[None]:
    process = subprocess.Popen(bound(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            with suppress(OSError), socket.create_connection((address, port), timeout=1):
                break
            if time.monotonic() > deadline or process.poll() is not None:
                raise AssertionError(f"{command[0]} did not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _until_served(server: Knot, zone: Zone) -> None:
    """Until it answers for the zone, signed where it should be."""
    wanted = dns.rdatatype.DNSKEY if zone.signed else dns.rdatatype.SOA
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = dns.query.udp(dns.message.make_query(zone.domain, wanted), HOME, port=server.port, timeout=5)
        if answer.answer:
            return
        time.sleep(0.05)
    raise AssertionError(f"{zone.domain} is not served")
