"""Reads the facts below the last paragraph of a page: credits, copyright lines, the names of authors."""

from collections.abc import Iterator, Sequence

from rag.reading.credits import Facts, is_copyright, line_facts, names_alone
from rag.reading.lines import Line, is_paragraph, is_statement
from rag.reading.names import is_person
from rag.reading.rights import find_prohibition

_EDGE_LINES = 12  # the last lines, which may state any fact


def tail_facts(lines: Sequence[Line], filled: list[int]) -> Iterator[tuple[int, Facts]]:
    """Yield the facts below the last paragraph, and copyright lines and notices of rights anywhere."""
    yield from _names_at_end(lines, filled)
    is_below = True
    for place, number in enumerate(reversed(filled)):
        line = lines[number].clean
        facts = (
            line_facts(line) if place < _EDGE_LINES or is_copyright(line) or find_prohibition(line) else None
        )
        is_text = is_paragraph(line) and facts is None
        is_below = is_below and not is_text
        if facts is None or number == 0 or {"published_at", "updated_at"} & facts.keys():
            continue
        if is_below or is_copyright(line) or not facts or _is_credit(facts):
            yield number, facts


def _is_credit(facts: Facts) -> bool:
    """Whether a line credits persons behind a label: below it may stand where else the story appeared."""
    names = [*facts.get("author", []), *facts.get("editor", "").split(", ")]
    names = [name for name in names if name]
    return facts.keys() <= {"author", "editor", "source"} and bool(names) and all(map(is_person, names))


def _names_at_end(lines: Sequence[Line], filled: list[int]) -> Iterator[tuple[int, Facts]]:
    """Yield the names of authors if they stand alone on one line, directly below the last sentence."""
    unlabelled = [number for number in filled[-_EDGE_LINES:] if line_facts(lines[number].clean) is None]
    if len(unlabelled) < 2:
        return
    above, last = (lines[number] for number in unlabelled[-2:])
    names = None if last.is_item or last.is_heading or last.is_source else names_alone(last.clean)
    if names is not None and is_statement(above.clean):
        yield unlabelled[-1], names
