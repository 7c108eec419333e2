"""Microsoft's other clouds: told by the tenant's own document, before anybody signs in and after, and refused by name."""

import pytest

from accounts.flows import SESSION_KEY
from accounts.models import Approval, Connection
from accounts.oauth import clouds, microsoft
from accounts.oauth.clouds import Cloud
from tests.accounts.browser import Browser
from tests.factories import make_user
from tests.providers import published

PUBLISHED = published.clouds()
NAMES = {
    "commercial": Cloud.GLOBAL,
    "GCC (moderate)": Cloud.GCC,
    "GCC High": Cloud.GCC_HIGH,
    "DoD": Cloud.DOD,
    "China (21Vianet)": Cloud.CHINA,
}
TENANT = "0f1e2d3c-4b5a-4978-8a6b-5c4d3e2f1a0b"


def document(entry, **changed):
    host = entry["login_host"]
    return {
        "issuer": f"https://{host}/{TENANT}/v2.0",
        "token_endpoint": f"https://{host}/{TENANT}/oauth2/v2.0/token",
        "msgraph_host": entry["msgraph_host"],
        "tenant_region_scope": entry["tenant_region_scope"],
        "tenant_region_sub_scope": entry["tenant_region_sub_scope"],
        **changed,
    }


@pytest.mark.parametrize("entry", PUBLISHED, ids=lambda entry: entry["cloud"])
def test_each_published_cloud_is_known_by_its_document(entry):
    assert clouds.read(document(entry)) == clouds.Tenant(TENANT, NAMES[entry["cloud"]])


@pytest.mark.parametrize("entry", PUBLISHED[2:], ids=lambda entry: entry["cloud"])
def test_hosts_decide_and_regions_do_not(entry):
    found = clouds.read(document(entry, tenant_region_scope="EU", tenant_region_sub_scope=None))

    assert found
    assert found.cloud == NAMES[entry["cloud"]]


@pytest.mark.parametrize(
    ("graph", "login"),
    [("graph.svc.sovcloud.fr", "login.sovcloud-identity.fr"), ("graph.microsoft.com", "login.sovcloud-identity.fr")],
)
def test_a_cloud_that_nobody_has_heard_of_is_not_ours(graph, login):
    found = clouds.read(document({**PUBLISHED[0], "msgraph_host": graph, "login_host": login}))

    assert found
    assert found.cloud is Cloud.OTHER
    assert not found.ours


@pytest.mark.parametrize("nothing", [{}, {"issuer": "x"}, {"issuer": "https://login.microsoftonline.com"}])
def test_what_is_no_such_document_is_nobodys(nothing):
    assert clouds.read(nothing) is None


EACH = pytest.mark.parametrize(
    ("address", "name"),
    [
        ("dave@agency.example", "Microsoft 365 GCC,"),
        ("erin@base.example", "GCC High"),
        ("fay@fort.example", "Microsoft 365 DoD"),
        ("lin@lotus.example", "21Vianet"),
    ],
)


@EACH
@pytest.mark.django_db
def test_another_cloud_is_told_by_the_work_address_before_anybody_signs_in(sandbox, address, name):
    browser = Browser(make_user("alice"))

    page = browser.post("/connect/microsoft/", {"address": address}).content.decode()

    assert "another Microsoft cloud" in page
    assert f"It is in {name}" in page or f"It is in Microsoft 365 {name}" in page or f"operated by {name}" in page
    assert not browser.session.get(SESSION_KEY)
    # Nobody waits for an approval that would not help.
    assert not Approval.objects.exists()


@pytest.mark.django_db
def test_another_cloud_is_told_by_the_tenant_after_signing_in(sandbox):
    response = Browser(make_user("alice")).through("/connect/microsoft/", "dave-agency")

    assert "It is in Microsoft 365 GCC," in response.content.decode()
    assert not Connection.objects.exists()


def test_a_china_cloud_that_does_not_answer_keeps_nobody_from_signing_in(sandbox):
    sandbox.faults("login.chinacloudapi.cn", status=503)

    assert microsoft.tenant("nowhere.example") is None


def test_the_china_cloud_is_asked_only_about_those_that_the_global_one_does_not_know(sandbox):
    microsoft.tenant("northwind.example")
    assert sandbox.requests(host="login.chinacloudapi.cn") == []

    microsoft.tenant("nowhere.example")
    assert len(sandbox.requests(host="login.chinacloudapi.cn")) == 1
