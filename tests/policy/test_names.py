"""From addresses to names, and up the tree: never further than the organization itself."""

import pytest

from policy.names import MOST_ASKED, NotADomain, domain_of, domains_of, parents


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("alice@Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("  alice@example.com ", "example.com"),
        ("alice@münchen.example", "xn--mnchen-3ya.example"),
        ("alice@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("alice@straße.example", "xn--strae-oqa.example"),
        ("alice@contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
        ('"odd@name"@example.com', "example.com"),
        ("alice@例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ],
)
def test_the_domain_of_an_address_is_written_as_the_dns_writes_it(given, name):
    assert domain_of(given) == name


@pytest.mark.parametrize(
    "given",
    [
        "",
        "localhost",
        "alice@",
        "alice@.example",
        "a..b",
        "exa mple.com",
        "192.0.2.1",
        "-x.example",
        "a" * 250 + ".com",
        "x@" + "b" * 64 + ".com",
    ],
)
def test_what_is_no_domain_is_refused_with_a_word_on_what_to_write(given):
    with pytest.raises(NotADomain, match=r"example\.com"):
        domain_of(given)


def test_addresses_without_a_domain_count_for_nothing():
    assert domains_of(["alice@example.com", "bob@EXAMPLE.com", "primary", "", "carol@example.org"]) == {
        "example.com",
        "example.org",
    }


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        ("example.com", []),
        ("mail.example.com", ["example.com"]),
        ("a.b.example.co.uk", ["b.example.co.uk", "example.co.uk"]),
        ("example.co.uk", []),
        ("co.uk", []),
        ("alice.github.io", []),
        ("deep.alice.github.io", ["alice.github.io"]),
        ("corp.example.test", ["example.test"]),
    ],
)
def test_parents_are_asked_up_to_the_organization_and_never_a_public_suffix(domain, asked):
    assert parents(domain) == asked


def test_a_name_with_very_many_labels_asks_few_and_the_organization_among_them():
    names = parents("a.b.c.d.e.f.g.h.example.com")
    assert len(names) == MOST_ASKED - 1
    assert names[-1] == "example.com"
