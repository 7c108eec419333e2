"""Parameters checked against what Stripe publishes: the types of its own library are generated from the definition of its API."""

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import stripe
from stripe import params
from stripe._stripe_context import StripeContext

from sandbox.stripe.errors import Wrong

# Names that the library spells out for type checkers alone.
NAMES = {**vars(typing), "StripeContext": StripeContext}
# Of the library, not of the wire.
OPTIONS = frozenset(get_type_hints(stripe.RequestOptions, localns=NAMES))
DEFINED: dict[str, Any] = {
    "POST customers": params.CustomerCreateParams,
    "POST customers/": params.CustomerUpdateParams,
    "POST products": params.ProductCreateParams,
    "POST prices": params.PriceCreateParams,
    "GET prices": params.PriceListParams,
    "POST checkout/sessions": params.checkout.SessionCreateParams,
    "POST checkout/sessions/expire": params.checkout.SessionExpireParams,
    "GET subscriptions": params.SubscriptionListParams,
    "POST subscriptions/": params.SubscriptionUpdateParams,
    "DELETE subscriptions/": params.SubscriptionCancelParams,
    "GET invoices": params.InvoiceListParams,
    "GET billing_portal/configurations": params.billing_portal.ConfigurationListParams,
    "POST billing_portal/configurations": params.billing_portal.ConfigurationCreateParams,
    "POST billing_portal/configurations/": params.billing_portal.ConfigurationUpdateParams,
    "POST billing_portal/sessions": params.billing_portal.SessionCreateParams,
    "POST refunds": params.RefundCreateParams,
    "GET charges": params.ChargeListParams,
    "GET disputes": params.DisputeListParams,
    "POST disputes/close": params.DisputeCloseParams,
    "GET events": params.EventListParams,
}


def checked(what: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with their types. Raises `Wrong` for one that is unknown, missing or of another type."""
    defined = DEFINED.get(what)
    if defined is None:
        return _object({"expand": list[str]}, frozenset(), given, "")
    found: dict[str, Any] = _typed(defined, given, "")
    return found


def _typed(defined: Any, given: Any, path: str) -> Any:
    if not isinstance(given, Mapping):
        raise Wrong("Invalid object", code="parameter_invalid_object", param=path)
    hints, needed = _shape(defined)
    return _object(hints, needed, given, path)


@cache
def _shape(defined: Any) -> tuple[dict[str, Any], frozenset[str]]:
    hints = get_type_hints(defined, localns=NAMES, include_extras=True)
    known = {name: hint for name, hint in hints.items() if name not in OPTIONS}
    return known, frozenset(name for name, hint in known.items() if get_origin(hint) is not NotRequired)


def _object(hints: Mapping[str, Any], needed: frozenset[str], given: Mapping[str, Any], path: str) -> dict[str, Any]:
    for name in given:
        if name not in hints:
            raise Wrong(
                f"Received unknown parameter: {_at(path, name)}", code="parameter_unknown", param=_at(path, name)
            )
    for name in needed:
        if name not in given:
            raise Wrong(f"Missing required param: {_at(path, name)}.", code="parameter_missing", param=_at(path, name))
    return {name: _value(hints[name], value, _at(path, name)) for name, value in given.items()}


def _value(hint: Any, given: Any, path: str) -> Any:
    kinds = list(_kinds(hint))
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    if given == "" and ("" in words or str in kinds):
        return ""
    for kind in kinds:
        # By its mark: there are two kinds of typed dictionaries, one of them of a package of its own.
        if hasattr(kind, "__total__") and isinstance(given, Mapping):
            return _typed(kind, given, path)
        if get_origin(kind) is list:
            return _list(get_args(kind)[0], given, path)
        if get_origin(kind) is dict and isinstance(given, Mapping):
            return dict(given)
    if isinstance(given, Mapping):
        raise Wrong("Invalid string: a hash", code="parameter_invalid_string", param=path)
    if words:
        return _word(words, given, path)
    return _plain(kinds, given, path)


def _word(words: list[Any], given: str, path: str) -> str:
    # The library's types leave room for words to come (`| str`); the service knows those of its version.
    if given not in words:
        told = ", ".join(str(word) for word in words)
        raise Wrong(f"Invalid {path}: must be one of {told}", code="parameter_invalid", param=path)
    return given


def _plain(kinds: list[Any], given: str, path: str) -> Any:
    if bool in kinds:
        if given not in {"true", "false"}:
            raise Wrong(f"Invalid boolean: {given}", code="parameter_invalid_boolean", param=path)
        return given == "true"
    if int in kinds:
        if not given.lstrip("-").isdecimal():
            raise Wrong(f"Invalid integer: {given}", code="parameter_invalid_integer", param=path)
        return int(given)
    return given


def _list(kind: Any, given: Any, path: str) -> list[Any]:
    values = [given[key] for key in sorted(given, key=int)] if isinstance(given, Mapping) else None
    if values is None:
        raise Wrong("Invalid array", code="parameter_invalid_array", param=path)
    return [_value(kind, value, f"{path}[{number}]") for number, value in enumerate(values)]


def _kinds(hint: Any) -> typing.Iterator[Any]:
    """What a hint allows, one by one."""
    if get_origin(hint) in (NotRequired, Required, Union, types.UnionType):
        for inner in get_args(hint):
            yield from _kinds(inner)
    elif hint is not type(None):
        yield hint


def _at(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
