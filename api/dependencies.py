"""Dependencies that FastAPI passes to the routes."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Request
from pydantic.json_schema import SkipJsonSchema

from api.openai_door.citation_shapes import ChatMarkers, CitationUrls
from api.openai_door.recent_items import RecentItems
from rag.datatypes import Markers, SourceEvents
from rag.service import Service


# Dependencies are coroutines because FastAPI would run a plain function in a thread.
async def _service(request: Request) -> Service:
    return cast("Service", request.app.state.service)


RunningService = Annotated[Service, Depends(_service)]


async def _recent_items(request: Request) -> RecentItems:
    return cast("RecentItems", request.app.state.recent_items)


KeptItems = Annotated[RecentItems, Depends(_recent_items)]


@dataclass(frozen=True, kw_only=True)
class ReplyOptions:
    """The format of a chat's reply, from the request's headers or else the settings.

    The request's body may override it.
    """

    urls: CitationUrls
    markers: Markers
    sources: SourceEvents

    def citation_markers(self, markers: Markers | None, *, sources_before: int = 0) -> ChatMarkers:
        """Return the function that writes the citation markers after each claim."""
        has_links = (markers or self.markers) == "links"
        return ChatMarkers(self.urls, has_links=has_links, sources_before=sources_before)

    def has_source_events(self, sources: SourceEvents | None) -> bool:
        """Whether to send source events for Open WebUI."""
        return (sources or self.sources) == "open-webui"


async def _reply_options(
    request: Request,
    service: RunningService,
    x_kutip_markers: Annotated[Markers | SkipJsonSchema[None], Header()] = None,
    x_kutip_sources: Annotated[SourceEvents | SkipJsonSchema[None], Header()] = None,
) -> ReplyOptions:
    settings = service.settings
    return ReplyOptions(
        urls=CitationUrls(settings.public_url or str(request.base_url)),
        markers=x_kutip_markers or settings.chat_markers,
        sources=x_kutip_sources or settings.chat_sources,
    )


RequestedReplyOptions = Annotated[ReplyOptions, Depends(_reply_options)]
