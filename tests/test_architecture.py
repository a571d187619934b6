"""The rules of the house: which room stands on which floor, read from the code itself."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag import errors
from rag.errors import KutipError
from tests.conftest import SLOWEST

ROOT = Path(__file__).resolve().parent.parent

PACKAGES = ("embeddings", "rag", "api")

# From the ground up: what stands on a floor imports what is below it, and its neighbours where no circle
# comes of it. A new wing wants a place here.
FLOORS = (
    {"embeddings"},
    {"rag.datatypes", "rag.understood", "rag.errors", "rag.access_keys", "rag.data_folder"},
    {
        "rag.settings",
        "rag.text",
        "rag.citations",
        "rag.prompts",
        "rag.reply_texts",
        "rag.validation",
        "rag.worker_pools",
    },
    {"rag.reading", "rag.fetching", "rag.corpus", "rag.verification", "rag.language_model"},
    {"rag.search", "rag.conversation"},
    {"rag.answering", "rag.listeners"},
    {"rag.pipeline", "rag.ingestion"},
    {"rag.service"},
    {"rag.evaluation", "rag.ray_ingestion"},
    {"api"},
)
FLOOR_OF = {wing: height for height, wings in enumerate(FLOORS) for wing in wings}

# Wings whose `__init__.py` is more than a docstring, and why.
WINGS_WITH_CODE = {
    "rag.reading": "its few names are all that others use",
    "rag.verification.facts": "the facts of a text are those of its parts together",
    "api.commands": "the command itself",
}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}

# Imports of our own inside a function: (module, imported) and why.
ALLOWED_INSIDE_FUNCTIONS = {
    (
        "rag.service",
        "embeddings.loading",
    ): "torch takes seconds, which commands without an encoder do not wait for",
    ("api.commands.ingest", "rag.ray_ingestion"): "Ray is an extra",
    ("api.observability.tracing", "api.observability.span_provider"): "it imports what is optional",
    ("rag.service", "rag.corpus.milvus.layout"): "the client is an extra",
    ("rag.service", "rag.corpus.milvus.corpus"): "the client is an extra",
    ("rag.service", "rag.corpus.milvus.server"): "the client is an extra",
    (
        "rag.service",
        "rag.language_model.openai_model",
    ): "the client takes a second, which verbatim answers do not wait for",
}

# Modules that import others by their names at run time, and why.
ALLOWED_BY_NAME = {
    "api.commands": "each command's module is imported when it is called, so that `--help` is quick",
}


def imported(node: ast.AST) -> Iterator[str]:
    """Yield the modules of ours that an import statement names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        # `from rag import errors` names a module, `from rag.errors import BadRequest` does not.
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        names = [name if name in MODULES else node.module for name in names]
    else:
        names = []
    yield from dict.fromkeys(names)


def imports_of(tree: ast.AST) -> set[str]:
    return {name for node in ast.walk(tree) for name in imported(node)}


def package_of(module: str) -> str:
    return module.split(".")[0]


def wing_of(module: str) -> str:
    """Return the place on a floor that a module belongs to; its own name where it has none."""
    places = [wing for wing in FLOOR_OF if f"{module}.".startswith(f"{wing}.")]
    return places[0] if places else module


def within(module: str, wing: str) -> bool:
    return f"{module}.".startswith(f"{wing}.")


GRAPH = {module: imports_of(tree) & MODULES.keys() for module, tree in TREES.items()}


def test_every_package_has_a_layer() -> None:
    homeless = {module for module in MODULES if wing_of(module) not in FLOOR_OF} - {"rag"}
    assert homeless == set()
    assert {wing for wing in FLOOR_OF if wing not in {*map(wing_of, MODULES)}} == set()


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_to_lower_layers(module: str) -> None:
    height = FLOOR_OF.get(wing_of(module), -1)
    assert {name for name in GRAPH[module] if FLOOR_OF[wing_of(name)] > height} == set()


def test_packages_of_one_layer_have_no_import_cycle() -> None:
    wings: dict[str, set[str]] = {wing: set() for wing in FLOOR_OF}
    for module, names in GRAPH.items():
        if module != "rag":
            wings[wing_of(module)] |= {*map(wing_of, names)} - {wing_of(module)}
    assert list(graphlib.TopologicalSorter(wings).static_order())  # a CycleError names the wings


def test_the_corpora_do_not_import_each_other() -> None:
    kinds = ("rag.corpus.local", "rag.corpus.milvus")
    crossing = {
        (module, name)
        for module, names in GRAPH.items()
        for name in names
        for kind in kinds
        if within(name, kind) and within(module, "rag.corpus") and not within(module, kind)
    }
    assert crossing == set()


def test_a_package_s_init_holds_only_a_docstring() -> None:
    inits = {name: tree for name, tree in TREES.items() if MODULES[name].name == "__init__.py"}
    assert [name for name, tree in inits.items() if not ast.get_docstring(tree)] == []
    assert {name for name, tree in inits.items() if len(tree.body) > 1} == WINGS_WITH_CODE.keys()


@pytest.mark.parametrize("module", MODULES)
def test_tests_benchmarks_and_seeds_are_not_imported(module: str) -> None:
    assert {package_of(name) for name in imports_of(TREES[module])} & {
        "tests",
        "benchmarks",
        "seeds",
    } == set()


def test_imports_are_absolute() -> None:
    relative = [
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_there_is_no_import_cycle() -> None:
    assert list(graphlib.TopologicalSorter(GRAPH).static_order())  # a CycleError names the modules


def test_own_imports_are_at_the_top_unless_listed_with_a_reason() -> None:
    inside = {
        (module, name)
        for module, tree in TREES.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in imports_of(function)
        if package_of(name) in PACKAGES
    }
    assert inside == ALLOWED_INSIDE_FUNCTIONS.keys()


def test_imports_by_name_at_run_time_are_listed_with_a_reason() -> None:
    importing = {
        module
        for module, tree in TREES.items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).split(".")[-1] in ("import_module", "__import__")
    }
    assert importing == ALLOWED_BY_NAME.keys()


def run_python(code: str, folder: Path) -> str:
    """Run `code` in an empty folder with no setting; return what it printed."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_the_command_line_starts_without_the_slow_libraries(tmp_path: Path) -> None:
    code = (
        "import sys, api.commands\n"
        "slow = {'torch', 'sentence_transformers', 'openai', 'openvino', 'faiss', 'fastapi', 'mcp'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    assert run_python(code, tmp_path) == "[]"


def importable() -> list[str]:
    """Return the modules but those whose extra is not installed; see what the extra `dev` leaves out."""
    return [name for name in MODULES if name != "rag.ray_ingestion" or find_spec("ray")]


def test_importing_every_module_creates_nothing(tmp_path: Path) -> None:
    names = [name for name in importable() if package_of(name) in ("rag", "api")]
    code = (
        "import importlib, sys, threading\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print('torch' in sys.modules, threading.active_count())"
    )
    assert run_python(code, tmp_path) == "False 1"
    assert list(tmp_path.iterdir()) == []


TREE_LINE = re.compile(
    r"^ {4}(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+) +(?P<status>\d{3})  (?P<exit>\d)(  |$)", re.M
)


def drawn_tree() -> dict[str, tuple[str | None, int, int]]:
    """Return each error in the docstring with its parent, HTTP status and exit code."""
    above: list[str] = []
    tree: dict[str, tuple[str | None, int, int]] = {}
    for line in TREE_LINE.finditer(errors.__doc__ or ""):
        depth = len(line["branch"]) // 4
        above[depth:] = [line["name"]]
        tree[line["name"]] = (above[depth - 1] if depth else None, int(line["status"]), int(line["exit"]))
    return tree


def error_classes() -> dict[str, type[KutipError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, KutipError)
    }


def test_the_drawn_tree_of_errors_matches_the_code() -> None:
    actual = {
        name: (
            None if error is KutipError else error.__bases__[0].__name__,
            error.http_status,
            error.exit_code,
        )
        for name, error in error_classes().items()
    }
    assert drawn_tree() == actual


def test_every_error_of_ours_is_in_the_tree() -> None:
    elsewhere = [
        (module, definition.name)
        for module, tree in TREES.items()
        for definition in ast.walk(tree)
        if isinstance(definition, ast.ClassDef) and module != "rag.errors"
        for base in definition.bases
        if ast.unparse(base).split(".")[-1] in error_classes()
    ]
    assert elsewhere == []


# What `embeddings` raises, which knows nothing of `rag`, and `rag` turns into its own.
FOREIGN_TO_RAG = {"ModelLoadError", "TextTooLong", "UnusableIndexFile"}


def test_other_exceptions_are_defined_only_in_embeddings() -> None:
    exceptions = {
        (package_of(module), definition.name)
        for module, tree in TREES.items()
        for definition in ast.walk(tree)
        if isinstance(definition, ast.ClassDef) and module != "rag.errors"
        for base in definition.bases
        if ast.unparse(base).endswith(("Error", "Exception"))
    }
    assert {name for package, name in exceptions if package == "embeddings"} == FOREIGN_TO_RAG
    assert {name for package, name in exceptions if package != "embeddings"} == set()


LONGEST_FILE = 400
LONGEST_FUNCTION = 60

# The story of an answer is read in one sitting.
LONGEST_PIPELINE = 200


def test_no_file_is_too_long() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
    assert lengths["rag.pipeline"] <= LONGEST_PIPELINE


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{module}.{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_the_slowest_test_files_exist() -> None:
    assert [file for file in SLOWEST if not (ROOT / file).is_file()] == []
