"""Every link between the documents leads to a file that exists, and to a heading in it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PATTERNS = ("*.md", "docs/**/*.md", "seeds/*.md", "tests/openai_door/**/*.md")
PAGES = sorted(page for pattern in PATTERNS for page in ROOT.glob(pattern))

_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.S | re.M)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.M)
_WORKPLACE = re.compile(r"(?<![\w.])/(?:work|home|root|tmp|Users)/")


def text_of(page: Path) -> str:
    """Return a page without its code."""
    return _CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page.

    >>> sorted(anchors(ROOT / "LICENSE"))
    []
    """
    blocks = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(blocks))
    return {heading.replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_existing_targets(page: Path) -> None:
    broken = []
    for link in _LINK.findall(text_of(page)):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_contains_a_path_of_the_author_s_machine(page: Path) -> None:
    assert _WORKPLACE.findall(page.read_text(encoding="utf-8")) == []


def test_every_page_is_reachable_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        paths = (link.partition("#")[0] for link in _LINK.findall(text_of(page)))
        found = ((page.parent / path).resolve() for path in paths if path.endswith(".md"))
        waiting += [path for path in found if path.exists()]
    assert {page.relative_to(ROOT) for page in PAGES} - {page.relative_to(ROOT) for page in reached} == set()
