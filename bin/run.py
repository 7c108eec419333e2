"""`make run`: the website, its workers and the sandbox clouds on this machine, with nothing outside it."""

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from bin.postgres import NotStarted, Server
from bin.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parent.parent
VAR_DIR = ROOT / "var"
KEYS = VAR_DIR / "demo.env"
DATABASE = VAR_DIR / "demo.sqlite3"
POSTGRES = "demo"
STATE = VAR_DIR / "sandbox.state"
SITE_PORT, SANDBOX_PORT, SMTP_PORT, DNS_PORT = 8000, 9000, 9025, 9053
SITE = f"http://localhost:{SITE_PORT}"
SANDBOX = f"http://127.0.0.1:{SANDBOX_PORT}"
WEBHOOKS = "https://hooks.hetk.example"
THREADS = 16

PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
SANDBOX_COMMAND = [
    *(PYTHON, "-m", "sandbox", "--port", str(SANDBOX_PORT), "--smtp-port", str(SMTP_PORT)),
    *("--dns-port", str(DNS_PORT)),
    *("--hook", f"{WEBHOOKS}=http://127.0.0.1:{SITE_PORT}", "--site", SITE),
    *("--state", str(STATE), "--fill"),
]
SITE_COMMAND = [
    *(PYTHON, "-m", "granian", "--interface", "wsgi", "hetk.wsgi:application", "--log-level", "error", "--no-ws"),
    *("--host", "127.0.0.1", "--port", str(SITE_PORT), "--workers", "1", "--blocking-threads", "8"),
]
WORKER_COMMAND = [*MANAGE, "worker", "--threads", str(THREADS)]
TIMETABLE_COMMAND = [*MANAGE, "keep", "timetable"]

WELCOME = f"""
  Hetk is running. Ctrl-C stops it; the next `make run` goes on where it was left.

    The site        {SITE}
    The people      {SANDBOX}/
                    who has an account at Microsoft, Google and iCloud here, and what to try
    The calendars   {SANDBOX}/_sandbox/side-by-side
                    alice@northwind.example and alice.tamm@gmail.example, to edit by hand
    The mailbox     {SANDBOX}/_sandbox/mailbox
                    where the site's mails arrive
    The DNS         {SANDBOX}/_sandbox/names
                    publish a policy for a domain, and watch its copies lose their details

  First: open {SITE}, press "Continue with Microsoft", pick alice@northwind.example;
  the code that Hetk then asks for is in the mailbox.
"""


def say(line: str) -> None:
    print(line, flush=True)


def new_keys() -> dict[str, str]:
    def key() -> str:
        return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "HETK_SECRET_KEY": secrets.token_urlsafe(50),
        "HETK_VAULT_KEYS": key(),
        "HETK_MARK_KEYS": key(),
        "SANDBOX_MICROSOFT_CLIENT_SECRET": secrets.token_urlsafe(24),
        "SANDBOX_GOOGLE_CLIENT_SECRET": secrets.token_urlsafe(24),
        "SANDBOX_STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_urlsafe(24)}",
    }


def load_keys(path: Path) -> dict[str, str]:
    """The demo's keys, each made when it is first needed; nobody else on the machine may read them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line) if path.exists() else {}
    fresh = {name: value for name, value in new_keys().items() if name not in known}
    if fresh:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write("".join(f"{name}={value}\n" for name, value in fresh.items()))
    return known | fresh


def environment(keys: dict[str, str], inherited: dict[str, str], database_url: str = "") -> dict[str, str]:
    """What all children see; `database_url` "": SQLite. Settings of a real installation that the shell may hold are left out."""
    kept = ("HETK_PUBLISHED", "HETK_LOG_LEVEL")
    clean = {name: value for name, value in inherited.items() if not name.startswith("HETK_") or name in kept}
    demo = {
        "HETK_VAR_DIR": str(VAR_DIR),
        "HETK_SQLITE": str(DATABASE),
        "HETK_DATABASE_URL": database_url,
        "HETK_SITE_URL": SITE,
        "HETK_WEBHOOK_URL": WEBHOOKS,
        "HETK_SANDBOX_URL": SANDBOX,
        "HETK_SMTP_PORT": str(SMTP_PORT),
        "HETK_RESOLVERS": f"127.0.0.1:{DNS_PORT} 127.0.0.1:{DNS_PORT}",
        "HETK_MICROSOFT_CLIENT_SECRET": keys["SANDBOX_MICROSOFT_CLIENT_SECRET"],
        "HETK_GOOGLE_CLIENT_ID": "hetk-sandbox.apps.googleusercontent.com",
        "HETK_GOOGLE_CLIENT_SECRET": keys["SANDBOX_GOOGLE_CLIENT_SECRET"],
        "HETK_STRIPE_SECRET_KEY": "sk_test_sandbox",
        "HETK_STRIPE_WEBHOOK_SECRETS": keys["SANDBOX_STRIPE_WEBHOOK_SECRET"],
        "PYTHONUNBUFFERED": "1",
    }
    return {"HETK_LOG_LEVEL": "WARNING", **clean, **keys, **demo}


def begin_anew(database: Path, server: Server | None = None) -> None:
    """Forget the last run when the sandbox's clouds forgot theirs: connections to what is gone would only be broken."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()
    if server:
        server.drop(POSTGRES)
        server.create(POSTGRES)
    else:
        for path in database.parent.glob("postgres-*"):
            shutil.rmtree(path)


def started_server() -> Server | None:
    """The server that `DB=postgres` asks for, with its data under var/; None for SQLite. Raises NotStarted."""
    if os.environ.get("DB", "sqlite") != "postgres":
        return None
    server = Server(VAR_DIR)
    server.start()
    server.create(POSTGRES)
    return server


def busy_ports(ports: list[int]) -> list[int]:
    """Those of `ports` that another program listens on."""
    busy = []
    for port in ports:
        with socket.socket() as probe:
            # As servers do, so that a port that was used a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                busy.append(port)
    return busy


def site_answers(seconds: float, stopping: threading.Event) -> bool:
    """Whether the website's health page said yes within `seconds`."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stopping.is_set():
        try:
            with opener.open(f"http://127.0.0.1:{SITE_PORT}/health/", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            stopping.wait(0.1)
    return False


def start_all(supervisor: Supervisor, server: Server | None = None) -> str:
    """Start everything in an order in which it works; what is wrong when it does not, "" when all is well."""
    say("Preparing the clouds, the database and the pages …")
    sandbox = Child("sandbox", SANDBOX_COMMAND, ready="sandbox ready on")
    supervisor.start(sandbox)
    if not supervisor.wait_ready(sandbox, 60):
        return f"The sandbox did not start: {sandbox.last_words or 'it said nothing'}"
    if not sandbox.last_words.endswith("as it was left"):
        begin_anew(DATABASE, server)
    # In a session of its own: Ctrl-C lets it come to its end, which is near.
    env = dict(supervisor.environment)
    prepared = subprocess.run([*MANAGE, "prepare"], cwd=ROOT, env=env, check=False, start_new_session=True)
    if prepared.returncode:
        return "The database could not be prepared; the last lines above say why."
    sold = subprocess.run(
        [*MANAGE, "prepare_stripe"], cwd=ROOT, env=env, check=False, start_new_session=True, stdout=subprocess.DEVNULL
    )
    if sold.returncode:
        return "The plans could not be put on sale; the last lines above say why."
    if supervisor.stopping.is_set():
        return ""
    supervisor.start(Child("site", SITE_COMMAND))
    supervisor.start(Child("worker", WORKER_COMMAND))
    supervisor.start(Child("tasks", TIMETABLE_COMMAND))
    if not site_answers(60, supervisor.stopping):
        return "The website did not start; its last lines are above."
    return ""


def main() -> int:
    if busy := busy_ports([SITE_PORT, SANDBOX_PORT, SMTP_PORT, DNS_PORT]):
        ports = " and ".join(map(str, busy))
        say(
            f"In use by another program: port{'s' * (len(busy) > 1)} {ports}. Perhaps another `make run`? Stop that first."
        )
        return 1
    keys = load_keys(KEYS)
    try:
        server = started_server()
    except NotStarted as error:
        say(str(error))
        return 1
    env = environment(keys, dict(os.environ), server.url(POSTGRES) if server else "")
    supervisor = Supervisor(cwd=ROOT, environment=env, say=say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop_soon())
    try:
        trouble = start_all(supervisor, server)
        if supervisor.stopping.is_set():
            trouble = ""
        elif trouble:
            say(trouble)
        else:
            say(WELCOME)
            supervisor.watch()
    finally:
        say("\nStopping …")
        if stubborn := supervisor.stop():
            say(f"Killed, since it did not stop by itself: {', '.join(stubborn)}.")
        if server:
            server.stop()
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
