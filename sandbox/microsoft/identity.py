"""Microsoft's identity platform: what login.microsoftonline.com and its sovereign siblings answer to."""

from starlette.routing import BaseRoute, Route

from sandbox.microsoft import identity_discovery as discovery
from sandbox.microsoft.identity_authorize import authorize
from sandbox.microsoft.identity_claims import login_hosts
from sandbox.microsoft.identity_consent import admin_consent, logout, my_apps
from sandbox.microsoft.identity_token import token
from sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    """Every login host answers to the same paths; applications are registered in the commercial cloud only."""
    found: list[BaseRoute] = [Route("/myapps.microsoft.com/", my_apps(world), methods=["GET", "POST"])]
    for host in login_hosts():
        found += _of_host(world, f"/{host}")
    return found


def _of_host(world: World, host: str) -> list[BaseRoute]:
    tenant = f"{host}/{{tenant}}"
    both = ["GET", "POST"]
    return [
        Route(f"{host}/common/discovery/instance", discovery.instance),
        Route(f"{tenant}/v2.0/.well-known/openid-configuration", discovery.configuration),
        Route(f"{tenant}/discovery/v2.0/keys", discovery.keys),
        Route(f"{tenant}/oauth2/v2.0/authorize", authorize(world), methods=both),
        Route(f"{tenant}/oauth2/v2.0/token", token(world), methods=["POST"]),
        Route(f"{tenant}/oauth2/v2.0/logout", logout),
        Route(f"{tenant}/adminconsent", admin_consent(world, modern=False), methods=both),
        Route(f"{tenant}/v2.0/adminconsent", admin_consent(world, modern=True), methods=both),
    ]
