"""The DNS by hand: what is published on the page is what resolvers hear."""

import dns.resolver

from sandbox.pages_dns import ADDRESS

NAME = "_hetk.northwind.example"


def texts(port: int) -> list[bytes]:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], port, 2
    answer = resolver.resolve(NAME, "TXT", raise_on_no_answer=False, search=False)
    return [b"".join(rdata.strings) for rdata in answer.rrset or ()]


def test_a_visitor_publishes_a_record_changes_it_and_takes_it_away(client) -> None:
    client(
        "POST", ADDRESS, form={"domain": "northwind.example", "text": " v=hetk1; policy=private \r\n\r\nv=spf1 -all"}
    )
    assert sorted(texts(client.sandbox.dns_port)) == [b"v=hetk1; policy=private", b"v=spf1 -all"]
    assert "v=hetk1; policy=private" in client("GET", ADDRESS).text
    client("POST", ADDRESS, form={"domain": "northwind.example", "text": ""})
    client.sandbox.world.names.publish("deeper." + NAME, [b"x"])
    assert texts(client.sandbox.dns_port) == []


def test_only_domains_of_the_cast_can_be_edited(client) -> None:
    client("POST", ADDRESS, form={"domain": "elsewhere.example", "text": "v=hetk1; policy=private"})
    assert client.sandbox.world.names.records == {}


def test_questions_are_listed_with_what_they_were_answered(client) -> None:
    client.sandbox.world.names.publish(NAME, [b"v=hetk1; policy=private"])
    texts(client.sandbox.dns_port)
    page = client("GET", ADDRESS).text
    assert f"<td>{NAME}</td><td>TXT</td><td>UDP</td><td>NOERROR</td>" in page
