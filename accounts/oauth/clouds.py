"""Which of Microsoft's clouds an organization lives in, told by the discovery document that its own tenant publishes.

The hosts decide, as Microsoft's fields for regions do not name every cloud; GCC alone lives at the hosts of everybody and is known by
its sub-scope. A tenant that the global cloud does not know may be one of the cloud operated by 21Vianet, which answers for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

GLOBAL_LOGIN = "login.microsoftonline.com"
CHINA_LOGIN = "login.chinacloudapi.cn"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"


class Cloud(StrEnum):
    """The value is the name that people know it by."""

    GLOBAL = "the global cloud"
    GCC = "Microsoft 365 GCC"
    GCC_HIGH = "Microsoft 365 GCC High"
    DOD = "Microsoft 365 DoD"
    CHINA = "Microsoft 365 operated by 21Vianet"
    OTHER = "another of Microsoft’s clouds"


@dataclass(frozen=True)
class Tenant:
    """An organization's directory: its id (a GUID in small letters) and where it lives."""

    id: str
    cloud: Cloud

    @property
    def ours(self) -> bool:
        return self.cloud is Cloud.GLOBAL

    @property
    def personal(self) -> bool:
        return self.id == PERSONAL_TENANT


_BY_GRAPH = {
    "graph.microsoft.us": Cloud.GCC_HIGH,
    "dod-graph.microsoft.us": Cloud.DOD,
    "microsoftgraph.chinacloudapi.cn": Cloud.CHINA,
}
_BY_LOGIN = {
    "microsoftonline.us": Cloud.GCC_HIGH,
    "chinacloudapi.cn": Cloud.CHINA,
    "partner.microsoftonline.cn": Cloud.CHINA,
}


def address(host: str, tenant_or_domain: str) -> str:
    """Where the discovery document is. What a person typed stays one piece of the path."""
    return f"https://{host}/{quote(tenant_or_domain, safe='')}/v2.0/.well-known/openid-configuration"


def read(document: Mapping[str, Any]) -> Tenant | None:
    """The tenant that a discovery document speaks of; None when it is none."""
    parts = str(document.get("issuer", "")).split("/")
    if len(parts) < 4 or parts[0] != "https:":
        return None
    return Tenant(parts[3].lower(), _cloud(document, login=parts[2]))


def _cloud(document: Mapping[str, Any], login: str) -> Cloud:
    graph = str(document.get("msgraph_host") or "graph.microsoft.com")
    if graph in _BY_GRAPH:
        return _BY_GRAPH[graph]
    for host in (str(document.get("cloud_instance_name") or ""), _endpoint(document)):
        for known, cloud in _BY_LOGIN.items():
            if host == known or host.endswith(f".{known}"):
                return cloud
    if graph != "graph.microsoft.com" or login not in {GLOBAL_LOGIN, "sts.windows.net"}:
        return Cloud.OTHER
    # The one cloud that shares its hosts with everybody.
    return Cloud.GCC if document.get("tenant_region_sub_scope") == "GCC" else Cloud.GLOBAL


def _endpoint(document: Mapping[str, Any]) -> str:
    return str(document.get("token_endpoint", "")).partition("://")[2].partition("/")[0]
