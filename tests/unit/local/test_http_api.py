"""The routes that the local stack gives the HTTP API are those of the template."""

from __future__ import annotations

from local.aws.http_api import Route, routes
from local.aws.template import load, resources, translate


def _written() -> set[tuple[str, str]]:
    """(route, function) of every HttpApi event as it stands in the template."""
    return {
        (f"{event['Properties']['Method']} {event['Properties']['Path']}", name)
        for name, function in resources(load(), "AWS::Serverless::Function").items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }


def _made() -> list[Route]:
    (api,) = resources(translate(load()), "AWS::ApiGatewayV2::Api").values()
    return routes(api["Body"])


def test_every_route_of_the_template_is_made_and_no_other() -> None:
    assert {(route.key, route.function) for route in _made()} == _written()


def test_r46_every_call_but_the_way_back_from_orcid_needs_a_token() -> None:
    pages = {"GET /", "GET /web/{path+}"}
    assert {route.key for route in _made() if not route.authorized} == {"GET /v1/orcid/callback", *pages}
