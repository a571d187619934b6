"""Search with a span in the trace."""

from opentelemetry import trace

from embeddings.encoder import Encoder
from rag.corpus.protocol import Corpus
from rag.datatypes import SearchMode
from rag.search.reranking import Reranking
from rag.search.retrieval import Query, SearchResult
from rag.search.timed import timed_search


def traced_search(
    corpus: Corpus, encoder: Encoder, query: Query, *, mode: SearchMode, reranking: Reranking | None
) -> SearchResult:
    """Return the result of `timed_search`, and record a span."""
    # The span records no exception, because an exception may contain the query. The request's span has it.
    tracer = trace.get_tracer(__name__)
    with tracer.start_as_current_span(
        "retrieval", record_exception=False, set_status_on_exception=False
    ) as span:
        span.set_attribute("gen_ai.operation.name", "retrieval")
        span.set_attribute("gen_ai.request.top_k", query.top_k)
        found = timed_search(corpus, encoder, query, mode=mode, reranking=reranking)
        span.set_attribute("kutip.hits", len(found.hits))
    return found
