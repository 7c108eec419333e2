"""What a domain publishes: the same look as the page's, within the same limits."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from policy import views as policy
from policy.forms import DomainForm
from sync.api import examples
from sync.api.address import opens
from sync.api.describe import operation
from sync.api.door import READ
from sync.api.problems import Crowded
from sync.api.shapes import CheckShape


class DomainShape(serializers.Serializer[Any]):
    domain = serializers.CharField(max_length=320, help_text="example.com, or an address there.")


@operation(
    "POST", "checkDomain", "Look up the policy of a domain.", CheckShape, tag="Policy", scope=READ, asks=DomainShape,
    problems=[400, 415], asked={"domain": "example.com"}, example=examples.CHECK,
    description="A POST, because it makes Hetk ask the DNS; it changes nothing. Ten a minute.",
)  # fmt: skip
@opens(POST=READ)
def domain(request: Request) -> Response:
    body = DomainShape(data=request.data)
    body.is_valid(raise_exception=True)
    form = DomainForm(body.validated_data)
    if not form.is_valid():
        raise ValidationError({name: [str(one) for one in said] for name, said in form.errors.items()})
    if not policy.may_look(request):
        raise Crowded(wait=60)
    found = policy.look(form.cleaned_data["domain"])
    told = policy.told(found)
    data = {
        "domain": found.domain,
        "state": found.effective.value,
        "sentence": told["sentence"],
        "decided_by": found.verdict.domain if found.verdict.private else "",
        "steps": told["steps"],
    }
    return Response(CheckShape(data).data)


@extend_schema(exclude=True)
@opens(GET=READ, POST=READ, PUT=READ, PATCH=READ, DELETE=READ)
def nothing(request: Request, rest: str = "") -> Response:
    raise NotFound("There is nothing at this address. Addresses end in a slash.")
