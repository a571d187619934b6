"""Citations in the shapes of other services, read back, so that a test can hold all against each other."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]

_MARKER = re.compile(r"\[(\d+)\](?:\((\S+?)\))?")


def check_shapes(
    content: str,
    *,
    annotations: Sequence[Json],
    citations: Sequence[str],
    search_results: Sequence[Json],
    kutip: Json,
    sources: Sequence[Json] | None = None,
) -> None:
    """Hold every shape of one reply against Kutip's own objects.

    From each shape all that it tells is read back: claims and quotes, numbers, addresses, titles, dates. None
    of them shows a quote that contradicts its claim.
    """
    own = supporting(kutip)
    quotes = {citation["number"]: citation for citation in reversed(own)}
    assert sorted(quotes) == list(range(1, len(quotes) + 1))
    every = {citation["number"] for citation in kutip["citations"]}
    assert sorted(every) == list(range(1, len(every) + 1))
    assert content == kutip["answer"]
    _check_markers(content, kutip)
    assert [_of_annotation(annotation) for annotation in annotations] == [_of_own(c) for c in own]
    assert len(citations) == len(search_results) == len(quotes)
    for number, citation in sorted(quotes.items()):
        result = search_results[number - 1]
        assert citations[number - 1] == result["url"]
        assert result["snippet"] == citation["quote"]
        assert result["title"] == citation["title"]
        assert result["date"] == (citation["published_at"] and citation["published_at"][:10])
        check_address(result["url"], citation, is_page=True)
    for annotation, citation in zip(annotations, own, strict=True):
        check_address(annotation["url_citation"]["url"], citation)
    _check_links(content, annotations, own)
    if sources is not None:
        _check_sources(sources, [citation for _, citation in sorted(quotes.items())])


def check_message(message: Json) -> None:
    """Hold every shape of one reply of Anthropic's API against Kutip's own objects."""
    kutip = message["kutip"]
    content = "".join(block["text"] for block in message["content"])
    located = [location for block in message["content"] for location in block.get("citations") or []]
    places, results = located[::2], located[1::2]
    own = supporting(kutip)
    assert {place["type"] for place in places} <= {"char_location"}
    assert {result["type"] for result in results} <= {"search_result_location"}
    check_shapes(
        content,
        annotations=[_as_annotation(result, own[at]) for at, result in enumerate(results)],
        citations=[result["url"] for result in message["search_results"]],
        search_results=message["search_results"],
        kutip=kutip,
    )
    articles = list(dict.fromkeys((one["article_id"], one["article_version"]) for one in own))
    for citation, place, result in zip(own, places, results, strict=True):
        assert place["cited_text"] == result["cited_text"] == citation["quote"]
        assert (place["start_char_index"], place["end_char_index"]) == (citation["start"], citation["end"])
        assert place["document_index"] == articles.index(
            (citation["article_id"], citation["article_version"])
        )
        assert place["document_title"] == citation["title"]
        assert result["search_result_index"] == citation["number"] - 1
    _check_blocks(message["content"], kutip)


def _as_annotation(result: Json, citation: Json) -> Json:
    told = {"url": result["source"], "title": result["title"]}
    span = {"start_index": citation["answer_start"], "end_index": citation["answer_end"]}
    return {"type": "url_citation", "url_citation": {**told, **span}}


def _check_blocks(blocks: Sequence[Json], kutip: Json) -> None:
    """A block with citations is a claim with those of its quotes that support it."""
    cited = [(block["text"], len(block["citations"]) // 2) for block in blocks if block.get("citations")]
    by_claim = [
        (claim["text"], sum(citation["claim"] == place for citation in supporting(kutip)))
        for place, claim in enumerate(kutip["claims"])
    ]
    assert cited == [(text, count) for text, count in by_claim if count]
    assert all(block["type"] == "text" and block["text"] for block in blocks)
    plain = [not block.get("citations") for block in blocks]
    assert not any(one and other for one, other in pairwise(plain))


def supporting(kutip: Json) -> list[Json]:
    """Return the citations that may be shown as support of their claim."""
    return [citation for citation in kutip["citations"] if citation["verdict"] != "contradicted"]


def check_address(url: str, citation: Json, *, is_page: bool = False) -> None:
    """An address leads to the article's page, at the quote unless `is_page`, or to Kutip's own page."""
    assert url.startswith(("http://", "https://"))
    page, _, fragment = url.partition("#:~:text=")
    if (citation["url"] or "").startswith(("http://", "https://")):
        assert unquote(page) == unquote(citation["url"].split("#")[0])
        assert bool(fragment) != is_page
        words = [unquote(part) for part in fragment.split(",")]
        assert all(part in " ".join(citation["quote"].split()) for part in words)
        return
    place = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert place == {
        "article": citation["article_id"],
        "version": citation["article_version"],
        "start": str(citation["start"]),
        "end": str(citation["end"]),
    }


def _check_links(content: str, annotations: Sequence[Json], own: Sequence[Json]) -> None:
    """The links in the text lead where the annotations of the same numbers do."""
    addresses = {c["number"]: a["url_citation"]["url"] for a, c in zip(annotations, own, strict=True)}
    for match in _MARKER.finditer(content):
        if match[2] is not None:
            assert unquote(match[2]) == unquote(addresses[int(match[1])])
            assert urlsplit(match[2]).netloc == urlsplit(addresses[int(match[1])]).netloc


def _check_markers(content: str, kutip: Json) -> None:
    """The numbers in the text are those behind its claims, and a sign warns where it must."""
    found = [int(match[1]) for match in _MARKER.finditer(content)]
    assert found == [citation["number"] for citation in supporting(kutip)]
    for place, claim in enumerate(kutip["claims"]):
        assert content[claim["start"] : claim["end"]] == claim["text"]
        cited = [one["number"] for one in kutip["citations"] if one["claim"] == place]
        assert claim["citations"] == cited
        after = content[claim["end"] :]
        assert after.startswith(" ⚠≠") == (claim["verdict"] == "contradicted")
        assert after.startswith(" ⚠") == (claim["verdict"] in {"unsupported", "contradicted"})


def _of_annotation(annotation: Json) -> tuple[str, int, int]:
    assert annotation["type"] == "url_citation"
    told = annotation["url_citation"]
    return told["title"], told["start_index"], told["end_index"]


def _of_own(citation: Json) -> tuple[str, int, int]:
    return citation["title"], citation["answer_start"], citation["answer_end"]


def _check_sources(sources: Sequence[Json], citations: Sequence[Json]) -> None:
    """Open WebUI numbers sources by the order of their different `metadata[].source`."""
    identities = [source["metadata"][0]["source"] for source in sources]
    assert len(set(identities)) == len(identities)
    for source, citation in zip(sources, citations, strict=True):
        assert source["document"] == [citation["quote"]]
        assert source["source"]["name"].startswith(citation["title"] or citation["article_id"])
        check_address(source["metadata"][0]["source_url"], citation)
        check_address(source["source"]["url"], citation, is_page=True)


def of_stream(chunks: Sequence[Json]) -> Json:
    """Put the chunks of a chat completion together as a client does; the arguments of `check_shapes`."""
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    last = next(chunk for chunk in chunks if chunk["choices"] and chunk["choices"][0]["finish_reason"])
    annotations = [item for delta in deltas for item in delta.get("annotations", [])]
    assert [item.pop("index") for item in annotations] == list(range(len(annotations)))
    return {
        "content": "".join(delta.get("content", "") for delta in deltas),
        "annotations": annotations,
        "citations": last["citations"],
        "search_results": last["search_results"],
        "kutip": last["kutip"],
        "sources": [it["event"]["data"] for it in chunks if it.get("event", {}).get("type") == "source"]
        or None,
    }
