"""What routes are handed."""

from typing import Annotated, cast

from fastapi import Depends, Request

from rag.service import Service


def _service(request: Request) -> Service:
    return cast("Service", request.app.state.service)


RunningService = Annotated[Service, Depends(_service)]
