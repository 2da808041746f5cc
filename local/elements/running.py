"""The stand-in served over HTTP: by the command line, and from a thread of its own for tests."""

from __future__ import annotations

import uvicorn

from local.elements.app import PREFIX, ElementsApp
from local.in_thread import InThread


def serve(app: ElementsApp, *, host: str, port: int) -> None:
    """Until interrupted. `Date` is the stand-in's own clock; connections dropped on order are no errors."""
    uvicorn.run(app, host=host, port=port, ws="none", lifespan="off", log_level="critical", date_header=False)


class RunningElements(InThread):
    """`api(version)` is the address of the API."""

    def __init__(self, app: ElementsApp) -> None:
        super().__init__(app, date_header=False)
        self.app = app

    def api(self, version: str) -> str:
        return f"{self.url}{PREFIX}{version}"
