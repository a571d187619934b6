"""What commands print on terminals of several widths, and where there is no terminal."""

import json
import re
from pathlib import Path

import pytest

from api.commands.terminal import clipped, count_columns, shortened, table, visible, wrapped
from tests.commands.running import FLOOD, NONSENSE, QUESTION, QUOTE, Filled, kutip
from tests.commands.terminals import kutip_on_terminal

WIDTHS = (40, 80, 200)
STYLE = re.compile(r"\x1b\[\d*m")
MANDARIN = "北京的咖啡价格上涨，农民欢迎。专家说，明年的价格可能会下降，因为新的种植园已经开始生产。"
THAI = "กาแฟราคาสูงขึ้นในเดือนนี้เพราะฝนตกหนักในภาคเหนือของประเทศไทย"


# Wrapping


@pytest.mark.parametrize("width", [10, 20, 40, 79])
@pytest.mark.parametrize("text", [QUOTE, MANDARIN, THAI, "anak-anak (dua) melihat “kopi” 😀 itu. " * 3])
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrapped(text, width=width).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    too_long = [line for line in lines if count_columns(line) > width]
    assert [line for line in too_long if " " in line.strip()] == []


def test_lines_break_between_words_only() -> None:
    lines = wrapped(QUOTE, width=17, indent="  ").split("\n")
    assert [word for line in lines for word in line.split()] == QUOTE.split()
    assert all(line.startswith("  ") for line in lines[1:])


def test_languages_without_spaces_break_where_their_rules_allow() -> None:
    lines = wrapped(MANDARIN, width=20).split("\n")
    assert all(count_columns(line) >= 16 for line in lines[:-1])
    assert [line for line in lines if line[0] in "，。"] == []
    assert "กาแฟราคา" in wrapped(THAI, width=10)


def test_an_address_stays_whole() -> None:
    address = "https://example.org/a-b/c?d=e&f=g-h"
    assert f"\n{address}\n" in wrapped(f"Lihat {address} untuk lebih.", width=20)


def test_paragraphs_stay_apart() -> None:
    assert wrapped("satu dua\n\ntiga", width=5) == "satu\ndua\n\ntiga"


def test_wide_and_combining_characters_are_counted_as_shown() -> None:
    texts = {"kopi": 4, "咖啡": 4, "한빛": 4, "e\u0301": 1, "กี่": 1, "😀": 2}
    assert {text: count_columns(text) for text in texts} == texts


@pytest.mark.parametrize("columns", [1, 5, 12, 30])
@pytest.mark.parametrize("text", [QUOTE, MANDARIN, THAI, "kopi"])
def test_a_shortened_text_is_marked(text: str, columns: int) -> None:
    for short in (shortened(text, columns=columns), clipped(text, columns=columns)):
        assert count_columns(short) <= columns
        assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_a_table_is_aligned_whatever_the_script() -> None:
    rows = [["a", "KABAR", "Panen kopi naik"], ["bb", "한빛나루신문", "폐조선소가 도서관으로"]]
    header, *lines = STYLE.sub("", table(("ID", "OUTLET", "TITLE"), rows, width=60)).split("\n")
    start = header.index("TITLE")
    assert [count_columns(line[: line.index(row[2])]) for line, row in zip(lines, rows, strict=True)] == [
        start,
        start,
    ]


def test_control_characters_are_shown_as_pictures() -> None:
    assert visible("a\x1b[31m\0\r\x7fb") == "a␛[31m␀␍␡b"
    assert visible("a\x9b31m") == "a\ufffd31m"
    assert visible("satu\n\tdua 咖啡 é") == "satu\n\tdua 咖啡 é"


# Commands


@pytest.fixture(scope="module")
def folder(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder with an article that has long lines, a wide title and every field."""
    folder = tmp_path_factory.mktemp("long")
    text = " ".join(["Petani Lembah Arum memanen kopi lebih banyak daripada tahun-tahun sebelumnya."] * 4)
    (folder / "panjang.jsonl").write_text(
        FLOOD + "\n" + '{"id": "panjang", "title": "咖啡收成：Panen kopi terbesar di Lembah Arum sejak 1998",'
        f' "text": "{text}", "language": "id", "outlet": "云汀新闻", "author": "Galih",'
        ' "section": "Ekonomi", "url": "https://example.org/ekonomi/panen-kopi-terbesar-sejak-1998",'
        ' "published_at": "2025-06-03T13:27:00+07:00", "permission": "Surat 12/2025"}\n',
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUTIP_DATA_DIR", str(folder / "data"))
        assert kutip("ingest", str(folder / "panjang.jsonl"), str(filled.articles / "kopi.md")).code == 0
    return folder / "data"


@pytest.fixture
def long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the id of that article, and its folder to the commands of this test."""
    monkeypatch.setenv("KUTIP_DATA_DIR", str(folder))
    return "panjang"


def words_of(text: str) -> list[str]:
    return STYLE.sub("", text).split()


def check_fits(text: str, columns: int) -> None:
    """Check that no line is longer than the terminal but for one that is a single word, or a name and one."""
    lines = [line for line in STYLE.sub("", text).split("\n") if count_columns(line) > columns]
    assert [line for line in lines if len(line.split()) > 2] == []


@pytest.mark.parametrize("columns", WIDTHS)
def test_answers_hits_and_articles_are_wrapped_between_words(long: str, columns: int) -> None:
    for command in (["ask", QUESTION], ["search", "panen kopi"], ["articles", "show", long]):
        shown = kutip_on_terminal(*command, columns=columns)
        assert (shown.code, shown.err) == (0, "")
        check_fits(shown.out, columns)
        assert max(map(count_columns, shown.out.split("\n"))) > 0.6 * min(columns, len(QUOTE))


def test_a_refusal_is_wrapped_between_words(long: str) -> None:
    shown, plain = kutip_on_terminal("ask", NONSENSE, columns=40), kutip("ask", NONSENSE)
    check_fits(shown.out + shown.err, 40)
    assert shown.code == plain.code == 3
    assert (words_of(shown.out), words_of(shown.err)) == (words_of(plain.out), words_of(plain.err))


def test_nothing_is_wrapped_without_a_terminal(long: str) -> None:
    shown = kutip("articles", "show", long).out
    assert max(map(len, shown.split("\n"))) > 300
    message = kutip("articles", "list", "--outlet", "NOBODY", "--author", "NOBODY").err
    assert message.count("\n") == 1


def test_an_article_is_shown_with_its_source(long: str) -> None:
    title, facts, text = kutip("articles", "show", long).out.split("\n\n")
    assert title.startswith("咖啡收成")
    assert [line.split(":")[0] for line in facts.split("\n")] == [
        *("Outlet", "Author", "Date", "Section", "Language", "URL", "Permission", "Version"),
    ]
    assert "Date:       2025-06-03 13:27+07:00\n" in facts
    assert "Permission: Surat 12/2025\n" in facts
    assert text.startswith("Petani Lembah Arum")


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@pytest.fixture
def harmful(filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the id of an article that holds escape sequences."""
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "data"))
    clear, red = "\x1b[2J", "\x9b31m"
    fields = {
        "id": "jahat",
        "title": f"Panen kopi{clear}",
        "text": f"{QUOTE[:-1]} {clear}{red}.",
        "url": f"https://example.org/{clear}",
        "outlet": f"KABAR{clear}",
        "author": f"Siti{red}",
        "language": "id",
    }
    file = tmp_path / "jahat.jsonl"
    file.write_text(json.dumps(fields), encoding="utf-8")
    assert kutip("ingest", str(file)).code == 0
    return "jahat"


def test_articles_send_no_escape_sequences_to_the_terminal(harmful: str) -> None:
    for command in (
        ["ask", QUESTION],
        ["ask", NONSENSE],
        ["search", "panen kopi"],
        ["articles", "show", harmful],
        ["articles", "list"],
    ):
        shown = kutip_on_terminal(*command, columns=80)
        printed, plain = STYLE.sub("", shown.out + shown.err), kutip(*command)
        assert CONTROL.search(printed + plain.out + plain.err) is None, command
        assert "␛[2J" in plain.out + plain.err, command
    as_json = json.loads(kutip("articles", "show", harmful, "--json").out)
    assert as_json["title"] == "Panen kopi\x1b[2J"


def test_articles_are_a_table_on_a_terminal_and_fields_with_tabs_elsewhere(long: str) -> None:
    header, *rows = STYLE.sub("", kutip_on_terminal("articles", "list", columns=80).out).splitlines()
    assert header.split() == ["ID", "LANG", "DATE", "OUTLET", "TITLE"]
    assert [row.split()[0] for row in rows] == ["banjir", "kopi", "panjang"]
    assert rows[1] == "kopi     id    2025-06-03  KABAR     Panen kopi"
    assert rows[2].startswith("panjang  id    2025-06-03  云汀新闻  咖啡收成：Panen kopi")
    assert kutip("articles", "list").out.splitlines()[1] == "kopi\tid\t2025-06-03\tKABAR\tPanen kopi"


def test_in_a_narrow_terminal_each_article_takes_several_lines(long: str) -> None:
    lines = kutip_on_terminal("articles", "list", columns=40).out.splitlines()
    assert lines[:2] == ["banjir", "  id  undated"]
    check_fits("\n".join(lines), 40)
    assert "  id  2025-06-03  云汀新闻" in lines


def test_what_is_wrong_with_the_use_is_wrapped_between_words() -> None:
    shown = kutip_on_terminal("serch", "kopi", columns=40)
    assert (shown.code, shown.out) == (2, "")
    check_fits(shown.err, 40)
    assert words_of(shown.err)[-8:] == words_of("'serch'. (Did you mean one of: 'search', 'serve'?)")


@pytest.mark.parametrize("columns", [40, 80])
def test_help_fits_the_terminal(columns: int) -> None:
    shown = kutip_on_terminal("ingest", "--help", columns=columns).out
    options, examples = shown.split("Examples:")
    assert max(map(len, options.splitlines())) <= columns
    assert "  kutip ingest articles/ news.jsonl\n" in examples
