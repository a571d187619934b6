"""What routes are handed."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Request
from pydantic.json_schema import SkipJsonSchema

from api.openai_door.citation_shapes import Addresses, ChatMarks
from rag.datatypes import Markers, SourceEvents
from rag.service import Service


# Coroutines, since FastAPI calls a plain function in a thread of its own.
async def _service(request: Request) -> Service:
    return cast("Service", request.app.state.service)


RunningService = Annotated[Service, Depends(_service)]


@dataclass(frozen=True, kw_only=True)
class ChatForm:
    """How a chat's reply is to look unless its body says otherwise: by headers, else by the settings."""

    addresses: Addresses
    markers: Markers
    sources: SourceEvents

    def marks(self, markers: Markers | None) -> ChatMarks:
        """Return what is written behind claims."""
        return ChatMarks(self.addresses, has_links=(markers or self.markers) == "links")

    def has_source_events(self, sources: SourceEvents | None) -> bool:
        """Whether Open WebUI's events are sent."""
        return (sources or self.sources) == "open-webui"


async def _chat_form(
    request: Request,
    service: RunningService,
    x_kutip_markers: Annotated[Markers | SkipJsonSchema[None], Header()] = None,
    x_kutip_sources: Annotated[SourceEvents | SkipJsonSchema[None], Header()] = None,
) -> ChatForm:
    settings = service.settings
    return ChatForm(
        addresses=Addresses(settings.public_url or str(request.base_url)),
        markers=x_kutip_markers or settings.chat_markers,
        sources=x_kutip_sources or settings.chat_sources,
    )


RequestedForm = Annotated[ChatForm, Depends(_chat_form)]
