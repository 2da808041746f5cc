"""Builds what the function `web` serves: the files of its layer, and what the page has to know of this installation."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from orcid_sync.config import WebConfig
from orcid_sync.pages import Pages, security_headers

# The layer puts the folder `web` on Python's path (web/Makefile).
_FOLDER = "web"


def web() -> Pages:
    """Built once per environment."""
    return pages(WebConfig.from_env(os.environ))


@cache
def pages(config: WebConfig) -> Pages:
    """The pages of one installation."""
    issuer = urlsplit(config.jwt_issuer)
    connect = (f"{issuer.scheme}://{issuer.netloc}", *config.web_connect_origins.split())
    security = security_headers(connect=connect, frame_ancestors=tuple(config.web_frame_ancestors.split()))
    return Pages(files(_FOLDER), _configuration(config), security)


def _configuration(config: WebConfig) -> dict[str, object]:
    """What `/web/config.json` says; all of it is public."""
    return {
        "issuer": config.jwt_issuer,
        "client_id": config.web_client_id,
        "scope": config.web_scope,
        "audience": config.jwt_audience,
        "user_id_claim": config.user_id_claim,
        "groups_claim": config.groups_claim,
        "admin_group": config.admin_group,
        "orcid_url": config.orcid_auth_url,
        "institution": config.institution_name,
        "ris_name": config.ris_name,
        "help_url": config.help_url,
    }
