"""The stand-ins served from a thread of their own, for tests."""

from __future__ import annotations

from local.in_thread import InThread
from local.open_sources.app import OpenSourcesApp


class RunningOpenSources(InThread):
    """`{url}/crossref` and so on are the sources' addresses."""

    def __init__(self, app: OpenSourcesApp) -> None:
        super().__init__(app)
        self.app = app
