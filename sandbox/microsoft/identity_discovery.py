"""Discovery: which cloud a tenant lives in, where its endpoints are, and the keys."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.cast import CONSUMERS, Tenant
from sandbox.keys import jwks
from sandbox.microsoft.identity_claims import SHARED_AUTHORITIES, tenant_or_refuse
from sandbox.microsoft.identity_errors import Refusal

COMMERCIAL = "login.microsoftonline.com"
CHINA = {"login.chinacloudapi.cn", "login.partner.microsoftonline.cn"}


async def configuration(request: Request) -> Response:
    """`/{tenant}/v2.0/.well-known/openid-configuration`; 400 invalid_tenant for one that nobody knows."""
    name = request.path_params["tenant"].lower()
    asked = request.url.path.split("/")[1]
    if name in SHARED_AUTHORITIES:
        issuer = CONSUMERS if name == "consumers" else "{tenantid}"
        return JSONResponse(_document(asked, name, issuer, None))
    try:
        tenant = tenant_or_refuse(name)
        # China answers for its own tenants only, and only there.
        if (asked in CHINA) != (tenant.login_host in CHINA):
            raise Refusal("invalid_tenant", 90002, f"Tenant '{name}' not found.")
    except Refusal as refusal:
        return refusal.as_json()
    return JSONResponse(_document(tenant.login_host, tenant.id, tenant.id, tenant))


def _document(host: str, name: str, issuer: str, tenant: Tenant | None) -> dict[str, Any]:
    base = f"https://{host}/{name}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"https://{host}/{issuer}/v2.0",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "email"],
        "tenant_region_scope": tenant.region if tenant else None,
        **({"tenant_region_sub_scope": tenant.sub_region} if tenant and tenant.sub_region else {}),
        "cloud_instance_name": tenant.instance if tenant else "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": tenant.graph_host if tenant else "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }


async def instance(request: Request) -> Response:
    """`/common/discovery/instance`: the aliases of the commercial cloud, as msal asks for them."""
    tenant = request.query_params.get("authorization_endpoint", f"https://{COMMERCIAL}/common/").split("/")[3]
    return JSONResponse(
        {
            "tenant_discovery_endpoint": f"https://{COMMERCIAL}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": request.query_params.get("api-version", "1.1"),
            "metadata": [
                {
                    "preferred_network": COMMERCIAL,
                    "preferred_cache": "login.windows.net",
                    "aliases": [COMMERCIAL, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
                }
            ],
        }
    )


async def keys(request: Request) -> Response:
    """`/{tenant}/discovery/v2.0/keys`."""
    return JSONResponse(jwks(issuer="https://login.microsoftonline.com/{tenantid}/v2.0"))
