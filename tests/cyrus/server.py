"""A private Cyrus on loopback, the nearest free relative of iCloud's server: from Debian's packages, where they are installed.

It refuses a UID that another calendar of the account has, cuts long answers with 507, and delivers invitations for real. It runs as
a user of its own, which only root can arrange, so that its tests are collected where both are given (`there`).
"""

import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hetk.keeper import bound
from tests.environment import free_port

MASTER = Path("/usr/lib/cyrus/bin/master")
NEEDED = (MASTER, MASTER.with_name("httpd"), MASTER.with_name("imapd"), Path("/usr/sbin/saslpasswd2"))
USERS = ("alice", "bob")
ADMIN = "cyrus"
# It makes sure of every write on the disk; what is gone after the run need not wait for one.
RAM = Path("/dev/shm")

SETTINGS = """configdirectory: {folder}/conf
proc_path: {folder}/proc
mboxname_lockpath: {folder}/lock
defaultpartition: default
partition-default: {folder}/spool
sievedir: {folder}/sieve
admins: cyrus
httpmodules: caldav
hashimapspool: true
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN
virtdomains: off
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: 0
httpallowcompress: no
httpkeepalive: 5
lmtpsocket: {folder}/sock/lmtp
idlesocket: {folder}/sock/idle
notifysocket: {folder}/sock/notify
caldav_allowscheduling: on
calendar_user_address_set: northwind.example
"""
SERVICES = """START {{
  recover cmd="/usr/sbin/cyrus ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="imapd -C {folder}/imapd.conf" listen="127.0.0.1:{imap}" prefork=0
  http cmd="httpd -C {folder}/imapd.conf" listen="127.0.0.1:{http}" prefork=1 maxchild=40
  notify cmd="notifyd -C {folder}/imapd.conf" listen="{folder}/sock/notify" proto="udp" prefork=0
}}
"""


def there() -> bool:
    return os.geteuid() == 0 and all(path.exists() for path in NEEDED)


@contextmanager
def cyrus(password: str, users: Sequence[str] = USERS) -> Iterator[int]:
    """The port of its web server. Each user has calendars under /dav/calendars/user/<name>/."""
    # Not below pytest's folders: every folder above must be open to the user that it runs as.
    folder = Path(tempfile.mkdtemp(prefix="hetk-cyrus-", dir=RAM if RAM.is_dir() else None))
    http, imap = free_port(), free_port()
    try:
        _furnish(folder, http, imap, password, users)
        command = [
            str(MASTER),
            "-C",
            f"{folder}/imapd.conf",
            "-M",
            f"{folder}/cyrus.conf",
            "-p",
            f"{folder}/master.pid",
        ]
        process = subprocess.Popen(bound(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for port in (imap, http):
                _await(port, process)
            _admit(imap, password, users)
            yield http
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(folder: Path, http: int, imap: int, password: str, users: Sequence[str]) -> None:
    folder.chmod(0o755)
    for name in (
        "conf/db",
        "conf/socket",
        "conf/proc",
        "conf/log",
        "conf/msg",
        "spool",
        "sieve",
        "sock",
        "proc",
        "lock",
    ):
        (folder / name).mkdir(parents=True)
    (folder / "imapd.conf").write_text(SETTINGS.format(folder=folder))
    (folder / "cyrus.conf").write_text(SERVICES.format(folder=folder, http=http, imap=imap))
    for user in (ADMIN, *users):
        said = ["saslpasswd2", "-p", "-c", "-f", str(folder / "sasldb2"), "-u", socket.gethostname(), user]
        subprocess.run(said, input=password.encode(), check=True)
    subprocess.run(["chown", "-R", "cyrus:mail", str(folder)], check=True)


def _admit(imap: int, password: str, users: Sequence[str]) -> None:
    """A mailbox for each, which their calendars live in."""
    with imaplib.IMAP4("127.0.0.1", imap) as admin:
        admin.login(ADMIN, password)
        for user in users:
            admin.create(f"user/{user}")


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("Cyrus did not start")
