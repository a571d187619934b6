"""Reading hostile input takes time in proportion to its length."""

import time
from collections.abc import Callable

import pytest

from rag.reading.formats.records import named_columns
from rag.reading.furniture import find_furniture
from rag.reading.lines import Line
from tests.reading.formats.reading import read
from tests.reading.formats.test_wiki import END, HEAD, page

# Twice the input takes twice the time; quadratic time grows by four.
MOST_GROWTH = 3.2
ROUNDS = range(3)


def dates_and_headings(number: int) -> str:
    items = "<time datetime='2024-01-05'>x</time><h2>Harga</h2>" * number
    return f"<html><body><h1>Kopi</h1><p>Harga kopi naik tiga persen.</p><div>{items}</div></body></html>"


def dates_in_header(number: int) -> str:
    items = "<time datetime='2024-01-05'>x</time><b>Harga</b>" * number
    page = f"<header><ul><li>{items}</li></ul></header><h1>Kopi</h1><p>Harga kopi naik tiga persen.</p>"
    return f"<html><body>{page}</body></html>"


def paragraphs_in_script(number: int) -> str:
    return f"<html><body><h1>Kopi</h1><script>x = '</p>{'<p ' * number}'</script></body></html>"


def templates(number: int) -> str:
    text = "{{w|Harga}} '''kopi''' [[File:a.jpg]] " * number
    return HEAD + page(1, text) + END


CASES: dict[str, tuple[Callable[[int], str], str, int]] = {
    "dates beside headings": (dates_and_headings, ".html", 250),
    "dates in a list of the header": (dates_in_header, ".html", 250),
    "paragraphs in a script": (paragraphs_in_script, ".html", 20_000),
    "templates": (templates, ".xml", 300),
}


def seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in ROUNDS:
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def grows_too_much(short: Callable[[], object], long: Callable[[], object]) -> bool:
    return all(seconds(long) > MOST_GROWTH * seconds(short) for _ in ROUNDS)


@pytest.mark.parametrize("name", CASES)
def test_hostile_input_takes_linear_time(name: str) -> None:
    make, suffix, number = CASES[name]
    short, long = make(number), make(2 * number)
    assert not grows_too_much(lambda: read(short, suffix), lambda: read(long, suffix))


def test_finding_labels_takes_linear_time() -> None:
    short, long = ([Line(text=text) for text in ("Share", "A b.") * number] for number in (4_000, 8_000))
    assert find_furniture(short) == set(range(0, 8_000, 2))
    assert not grows_too_much(lambda: find_furniture(short), lambda: find_furniture(long))


def test_naming_columns_takes_linear_time() -> None:
    short, long = ([f"kolom {place}" for place in range(number)] for number in (4_000, 8_000))
    assert not grows_too_much(lambda: named_columns(short), lambda: named_columns(long))


def test_columns_keep_their_names_and_places() -> None:
    assert named_columns(["judul", "title", "isi", "x", "x", "", "judul"]) == [
        "judul", "title", "text", "x", "x 5", "column 6", "judul 7"
    ]  # fmt: skip
