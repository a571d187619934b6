"""The runner of real clients: installation, reports and the table. Running them needs the network."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.clients.__main__ import (
    CLIENTS,
    END,
    ENVIRONMENTS,
    INSTALL_TRIES,
    PAGE,
    PROGRAMS,
    START,
    complete_environment,
    fault_in,
    rows_in,
    with_row,
)
from tests.guides import REEF, REEF_PAGE


class Installer:
    """Installs packages as empty files, and breaks off the first attempts halfway."""

    def __init__(self, *, broken: int = 0) -> None:
        self.broken = broken
        self.attempts = 0

    def __call__(self, folder: Path, packages: Sequence[str]) -> None:
        self.attempts += 1
        folder.mkdir()
        for package in packages:
            (folder / package).touch()
            if self.attempts <= self.broken:
                raise subprocess.CalledProcessError(1, ["install", package])


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".installed"}


def test_an_installation_that_breaks_off_is_repeated(tmp_path: Path) -> None:
    install = Installer(broken=INSTALL_TRIES - 1)
    complete_environment(tmp_path / "sdks", ("a", "b"), install)
    assert (install.attempts, names_in(tmp_path / "sdks")) == (INSTALL_TRIES, {"a", "b"})


def test_an_incomplete_environment_is_made_anew_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "sdks"
    with pytest.raises(subprocess.CalledProcessError, match="exit status 1"):
        complete_environment(folder, ("a", "b"), Installer(broken=INSTALL_TRIES))
    assert names_in(folder) == {"a"}
    complete_environment(folder, ("a", "b"), Installer())
    assert names_in(folder) == {"a", "b"}


def test_a_complete_environment_is_kept_until_it_needs_other_packages(tmp_path: Path) -> None:
    install = Installer()
    for packages in (("a",), ("a",), ("b",)):
        complete_environment(tmp_path / "sdks", packages, install)
    assert (install.attempts, names_in(tmp_path / "sdks")) == (2, {"b"})


GOOD: dict[str, Any] = {
    "asked": f"{REEF} [1]",
    "streamed": f"{REEF} [1]",
    "continued": "Pada 2020. [1]",
    "refused": "404: There is no model 'kutip-lain'. The models are kutip, …",
    "cited": f"[{{'url': '{REEF_PAGE}'}}]",
    "cited_in_stream": f"[{{'url': '{REEF_PAGE}'}}]",
}


@pytest.mark.parametrize(
    ("different", "fault"),
    [
        ({}, None),
        ({"streamed": None, "cited_in_stream": None}, None),
        ({"refused": "mode: Input should be 'auto'"}, None),
        ({"asked": REEF}, "answered"),
        ({"asked": None}, "answered"),
        ({"streamed": f"{REEF} [1"}, "streamed"),
        ({"continued": ""}, "did not continue"),
        ({"cited": "[]"}, "shows no citation of the article"),
        ({"cited_in_stream": "[None]"}, "shows no citation of the article while streaming"),
        ({"refused": ""}, "does not tell why it was refused"),
        ({"refused": "Connection error."}, "does not tell why it was refused"),
    ],
)
def test_what_is_wrong_with_a_report(different: dict[str, str | None], fault: str | None) -> None:
    found = fault_in({**GOOD, **different})
    assert (found is None) if fault is None else (found or "").startswith(fault)


def test_a_row_is_replaced_and_the_others_stay_in_order() -> None:
    first, second, third = CLIENTS[:3]
    page = f"Before.\n{START}\n{END}\nAfter.\n"
    for client, fault in ((third, None), (first, "failed: a|b"), (second, None), (first, None)):
        page = with_row(page, client, "1.0", fault)
    rows = [f"| {each.name} | 1.0 | {each.api} | passed |" for each in (first, second, third)]
    assert page.startswith("Before.\n")
    assert page.endswith(f"\n{END}\nAfter.\n")
    assert [line for line in page.splitlines() if line.startswith("| ")][2:] == rows
    assert "failed: a/b" in with_row(page, first, "1.0", "failed: a|b")


def test_every_client_has_a_program_an_environment_and_a_row_of_its_own() -> None:
    names = {path.name for path in PROGRAMS.iterdir() if path.is_file()} - {"asking.py", "asking.mjs"}
    assert names == {client.program if client.is_node else f"{client.program}.py" for client in CLIENTS}
    assert {client.environment for client in CLIENTS} == ENVIRONMENTS.keys()
    assert len({(client.name, client.api) for client in CLIENTS}) == len(CLIENTS)


def test_the_page_has_rows_of_clients_only() -> None:
    table = PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    assert rows_in(table).keys() <= {(client.name, client.api) for client in CLIENTS}


def test_the_page_names_programs_that_exist() -> None:
    named = set(re.findall(r"`(\w+\.(?:py|mjs))`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 25
    assert named <= {path.name for path in PROGRAMS.iterdir()}
