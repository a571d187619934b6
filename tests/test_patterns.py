"""No regular expression of ours takes more than about linear time, whatever text it is given.

Each is tried with texts made of its own signs and words, repeated, behind and before what it looks for. Two
lengths of one text are compared, so that it does not matter how fast the machine is.
"""

import ast
import importlib
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import pytest

from rag.conversation.times import _word_pattern
from rag.prompts import Frame
from rag.search import time_fit
from rag.verification.facts import dates, numbers, shares, time_forms, time_words, times
from tests.test_architecture import MODULES, TREES, importable

METHODS = frozenset({"search", "match", "fullmatch", "finditer", "findall", "sub", "split"})
MAKING = frozenset(f"re.{name}" for name in METHODS | {"compile"})

# Of texts that are never longer, the longest: who calls it cuts them.
BOUNDED = {
    "rag.reading.names._LABELLED_NAMES": 160,
    "rag.verification.facts.names._SENTENCE_START": 8,
}

# Those that stand among others, which their name does not show: how they are used, if not by `search`.
AMONG_OTHERS = {"_TITLE_PROMPTS": frozenset({"match"})}

# Where patterns are made outside of a module's top level, and how those that are made are used.
MADE_LATER = {
    "api.guards.origins",
    "rag.answering.listing",
    "rag.conversation.seasons",
    "rag.conversation.times",
    "rag.search.time_fit",
    "rag.text.sentences",
    "rag.verification.claims",
    "rag.verification.facts.dates",
    "rag.verification.facts.numbers",
    "rag.verification.facts.shares",
    "rag.verification.facts.time_forms",
    "rag.verification.facts.times",
    "rag.verification.notation",
    "rag.evaluation.metrics",
    "rag.prompts",
}

SHORT, LONG = 1_500, 6_000
# Linear time grows by four, quadratic by sixteen. What is looked at takes so long of the shorter text, and so
# many times longer than a text without a sign of the pattern.
MOST_GROWTH = 9
ROUNDS = range(5)  # of each measurement, of which the fastest counts
MEASUREMENTS = range(3)  # all of which must show the growth
NOTICED_SECONDS = 0.0005
NOTICED_TIMES = 4
# Of patterns with a thousand alternatives, which take long of any text, some texts are enough.
SLOW_SECONDS = 0.002
SOME = 30


@dataclass(frozen=True)
class Use:
    """A pattern, and a method that is called on it."""

    name: str
    pattern: re.Pattern[Any]
    method: str


def uses() -> Iterator[Use]:
    """Yield the patterns at the top of modules, those in calls such as `re.sub`, and those made later."""
    for module in importable():
        found, tree = importlib.import_module(module), TREES[module]
        for name, value in vars(found).items():
            for number, pattern in enumerate(patterns_in(value)):
                shown = f"{module}.{name}" + (f"[{number}]" if isinstance(value, dict | tuple) else "")
                if name in assigned(tree):
                    yield from (Use(shown, pattern, method) for method in sorted(methods_of(name)))
        for call in calls_of_re(tree):
            yield Use(f"{module}:{call.lineno}", re.compile(ast.literal_eval(call.args[0])), call.func.attr)
    yield Use("rag.prompts.marker_pattern", Frame("q3fa1").marker_pattern, "finditer")
    for language in ("id", "zh-Hans"):
        yield Use(f"rag.verification.facts.numbers({language})", numbers._pattern(language), "finditer")
        for number, pattern in enumerate(dates._patterns(language)):
            yield Use(f"rag.verification.facts.dates({language})[{number}]", pattern, "sub")
        yield from uses_of_times(language)
    for language in ("id", "zh"):
        yield Use(
            f"rag.verification.facts.shares({language})", shares._fraction_pattern(language), "finditer"
        )
    yield Use("rag.verification.facts.shares.ratios", shares._ratio_pattern("id"), "finditer")
    yield Use("rag.search.time_fit.lone_month", time_fit._lone_month("id"), "finditer")
    yield Use("rag.conversation.times.recent", _word_pattern(time_words.RECENT), "finditer")
    for number, pattern in enumerate(times._name_patterns()):
        yield Use(f"rag.verification.facts.times.names[{number}]", pattern, "sub")
    for cue in ("SINCE", "BEFORE", "AFTER", "UNTIL"):
        pattern = times._pattern_before(getattr(time_words, cue))
        yield Use(f"rag.verification.facts.times.before({cue})", pattern, "search")
    for cue in ("SINCE_BEHIND", "BEFORE_BEHIND", "UNTIL_BEHIND"):
        pattern = times._pattern_behind(getattr(time_words, cue))
        yield Use(f"rag.verification.facts.times.behind({cue})", pattern, "match")


def uses_of_times(language: str) -> Iterator[Use]:
    """Yield the patterns of times of a language."""
    name = f"rag.verification.facts.times({language})"
    for number, (pattern, _) in enumerate(time_forms.forms(language)):
        yield Use(f"rag.verification.facts.time_forms({language})[{number}]", pattern, "finditer")
    for number, pattern in enumerate(times._weekday_patterns(language)):
        yield Use(f"{name}.weekdays[{number}]", pattern, "finditer")
    yield Use(f"{name}.short_months", times._short_month_pattern(language), "finditer")
    yield Use(f"{name}.counted", times._counted_pattern(language), "match")
    yield Use(f"{name}.numbered", times._numbered_pattern(language), "search")


def patterns_in(value: object) -> list[re.Pattern[Any]]:
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else [value]
    return [item for item in values if isinstance(item, re.Pattern)]


@cache
def assigned(tree: ast.Module) -> frozenset[str]:
    """Return the names that a module's top level assigns; others are imported."""
    statements = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    targets = [node.targets[0] if isinstance(node, ast.Assign) else node.target for node in statements]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def methods_of(name: str) -> frozenset[str]:
    """Return what is called on a pattern of this name, anywhere; of one among others, all that may be."""
    return frozenset(attributes_used()[name] & METHODS) or AMONG_OTHERS.get(name, frozenset({"search"}))


@cache
def attributes_used() -> defaultdict[str, set[str]]:
    """Return the attributes of each name in all modules, as in `name.attribute`."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used[node.value.id].add(node.attr)
    return used


def calls_of_re(tree: ast.AST) -> Iterator[Any]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    methods = {f"re.{method}" for method in METHODS}
    yield from (call for call in calls if ast.unparse(call.func) in methods and _is_written_out(call))


def _is_written_out(call: ast.Call) -> bool:
    return isinstance(call.args[0], ast.Constant)


# What must stand before what is repeated, where a word or a sign of the pattern is not enough.
BEGINNINGS = ("", "a", "1", "|a", "<meta charset=")


def texts_for(pattern: re.Pattern[Any], length: int) -> Iterator[Any]:
    """Yield texts of about `length` that begin or repeat what the pattern looks for, and then do not fit."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode()
    words = list(dict.fromkeys(re.findall(r"(?<!\\)[^\W\d_]{2,}", source)))[:6]
    signs = list(dict.fromkeys(re.findall(r"[^\w\s\\]", source)))[:10]
    units = [*words, *signs, *" \n\t1aA", *(f"{word} " for word in words[:3]), "a1", "1."]
    units += [sign + word for sign in signs[:2] for word in words[:2]]
    prefixes = [*BEGINNINGS, *words, *signs[:6]]
    for prefix, unit, suffix in product(prefixes, units, ("\x01", "a")):
        text = prefix + unit * (length // len(unit)) + suffix
        yield text if isinstance(pattern.pattern, str) else text.encode()


def quiet(pattern: re.Pattern[Any]) -> Any:
    text = "\x02" * SHORT
    return text if isinstance(pattern.pattern, str) else text.encode()


def seconds(use: Use, text: str) -> float:
    run: Callable[..., Any] = getattr(use.pattern, use.method)
    start = time.process_time()
    if use.method == "sub":
        run("", text)
    elif use.method == "finditer":
        list(run(text))
    else:
        run(text)
    return time.process_time() - start


ALL = list(uses())


# Patterns such as Kutip had, which took quadratic time.
QUADRATIC = [
    Use("numerals", re.compile("[一二三四五六七八九十]+(?=[年月日])"), "search"),
    Use("number at the end", re.compile(r"[\d.,]+$"), "search"),
    Use("cells", re.compile(r"\|(?P<cells>.*?)\s*\|"), "match"),
    Use("encoding", re.compile(rb"<meta[^>]*?charset\s*=\s*([\w.:-]+)"), "search"),
]


def grows_on(use: Use) -> str | None:
    """Return the beginning of a text of which a pattern takes more than about linear time, if any."""
    bound = BOUNDED.get(use.name)
    short, long = (bound, bound) if bound else (SHORT, LONG)
    pairs = list(zip(texts_for(use.pattern, short), texts_for(use.pattern, long), strict=True))
    usual = min(seconds(use, quiet(use.pattern)) for _ in range(3))
    if usual > SLOW_SECONDS:
        pairs = random.Random(0).sample(pairs, SOME)  # noqa: S311, any will do
    for text, longer in pairs:
        is_noticed = seconds(use, text) > max(NOTICED_SECONDS, NOTICED_TIMES * usual)
        # Other programs may disturb a measurement, but not each time.
        if is_noticed and all(growth(use, text, longer) > MOST_GROWTH for _ in MEASUREMENTS):
            return repr(text[:30])
    return None


def growth(use: Use, text: str, longer: str) -> float:
    return min(seconds(use, longer) for _ in ROUNDS) / min(seconds(use, text) for _ in ROUNDS)


@pytest.mark.parametrize("use", ALL, ids=[f"{use.name}.{use.method}" for use in ALL])
def test_the_time_of_a_pattern_is_linear_in_the_text(use: Use) -> None:
    assert grows_on(use) is None, use.pattern.pattern[:200]


@pytest.mark.parametrize("use", QUADRATIC, ids=[use.name for use in QUADRATIC])
def test_quadratic_patterns_are_detected(use: Use) -> None:
    assert grows_on(use) is not None


def test_every_pattern_is_tested() -> None:
    later = {
        module
        for module, tree in TREES.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in MAKING and not _is_written_out(call)
    }
    assert later == MADE_LATER
    assert len(ALL) > 100
    assert MODULES.keys() == TREES.keys()
