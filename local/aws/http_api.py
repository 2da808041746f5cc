"""Gives the deployed HTTP API its routes: the embedded AWS does not read the OpenAPI body that SAM writes them into.

Routes, the functions behind them, authorizer and CORS are taken from that body, which SAM's own translator makes of
template.yaml; nothing is listed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from local.aws.deploy import Deployment
from local.aws.embedded import EmbeddedAws
from local.aws.template import resources, translate

_FUNCTION = re.compile(r"\$\{(\w+)\.Arn\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API: `GET /v1/...`, the function's logical id, and whether a token is asked for."""

    key: str
    function: str
    authorized: bool


def routes(body: dict[str, Any]) -> list[Route]:
    """The routes of an OpenAPI body as SAM writes it."""
    return [
        Route(
            key=f"{method.upper()} {path}",
            function=_FUNCTION.findall(operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"])[0],
            authorized=any(scheme != "NONE" for scheme in _schemes(operation)),
        )
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "x-amazon-apigateway-integration" in operation
    ]


def wire(aws: EmbeddedAws, deployment: Deployment, parameters: dict[str, str]) -> str:
    """Make the routes of the deployed API, in place of those of an earlier start; returns the address to call it at."""
    translated = translate(deployment.template, parameters)
    api_id, properties = next(
        (deployment.physical[name], properties)
        for name, properties in resources(translated, "AWS::ApiGatewayV2::Api").items()
    )
    body = properties["Body"]
    gateway = aws.client("apigatewayv2")
    _clear(gateway, api_id)
    authorizer = _authorizer(gateway, api_id, body, parameters)
    _cors(gateway, api_id, body.get("x-amazon-apigateway-cors", {}))
    integrations: dict[str, str] = {}
    for route in routes(body):
        if route.function not in integrations:
            integrations[route.function] = _integration(aws, api_id, deployment.physical[route.function])
        secured = {"AuthorizationType": "JWT", "AuthorizerId": authorizer} if route.authorized else {}
        target = f"integrations/{integrations[route.function]}"
        gateway.create_route(ApiId=api_id, RouteKey=route.key, Target=target, **secured)
    return f"{aws.url}/_aws/execute-api/{api_id}/$default"


def _schemes(operation: dict[str, Any]) -> list[str]:
    return [name for requirement in operation.get("security", []) for name in requirement]


def _clear(gateway: Any, api_id: str) -> None:
    for route in gateway.get_routes(ApiId=api_id, MaxResults="500")["Items"]:
        gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    for integration in gateway.get_integrations(ApiId=api_id, MaxResults="500")["Items"]:
        gateway.delete_integration(ApiId=api_id, IntegrationId=integration["IntegrationId"])
    for authorizer in gateway.get_authorizers(ApiId=api_id, MaxResults="500")["Items"]:
        gateway.delete_authorizer(ApiId=api_id, AuthorizerId=authorizer["AuthorizerId"])


def _authorizer(gateway: Any, api_id: str, body: dict[str, Any], parameters: dict[str, str]) -> str:
    """Create the one JWT authorizer of the body; returns its id."""
    (name, scheme), *others = body["components"]["securitySchemes"].items()
    assert not others, "the template has one authorizer"
    given = scheme["x-amazon-apigateway-authorizer"]
    configuration = given["jwtConfiguration"]
    created = gateway.create_authorizer(
        ApiId=api_id,
        Name=name,
        AuthorizerType="JWT",
        IdentitySource=[given["identitySource"]],
        JwtConfiguration={
            "Issuer": _value(configuration["issuer"], parameters),
            "Audience": [_value(audience, parameters) for audience in configuration["audience"]],
        },
    )
    return str(created["AuthorizerId"])


def _cors(gateway: Any, api_id: str, given: dict[str, Any]) -> None:
    names = {
        "allowOrigins": "AllowOrigins",
        "allowHeaders": "AllowHeaders",
        "allowMethods": "AllowMethods",
        "exposeHeaders": "ExposeHeaders",
        "maxAge": "MaxAge",
    }
    cors = {names[key]: value.split(",") if isinstance(value, str) else value for key, value in given.items()}
    gateway.update_api(ApiId=api_id, CorsConfiguration=cors)


def _integration(aws: EmbeddedAws, api_id: str, function: str) -> str:
    arn = aws.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    created = aws.client("apigatewayv2").create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )
    return str(created["IntegrationId"])


def _value(text: Any, parameters: dict[str, str]) -> str:
    """A parameter's value, or the text itself."""
    return parameters[text["Ref"]] if isinstance(text, dict) else str(text)
