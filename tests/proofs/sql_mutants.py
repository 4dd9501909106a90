"""Change the money models' SQL in small ways, and see whether a mart or a unit test notices.

``python -m tests.proofs.sql_mutants`` changes a sample of places, which is the same for the same models, and writes a
section of ``docs/mutants.md``. A change is noticed where a mart that ``tests/truth`` computes apart comes out
different in one of two organizations, where a unit test of the model fails, or one of its hand-made lakes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import duckdb
import pytest

from ionq_data.warehouse.graph import Graph, Model
from ionq_data.warehouse.project import Compiled, compile_project, places
from tests.proofs.mutants import PAGE, REASONS, TARGET, UNTOLD, code
from tests.sql import marts
from tests.sql.cost_quality import write
from tests.truth.reference import REFERENCES
from tests.truth.worlds import live

SAMPLE = 300
SEEDS = (103, 106)
"""Organizations of either contract, with credits and several visits (``tests/truth/worlds.py``)."""
_CLOSING = ["tests/sql/test_month_close.py"]
BY_HAND = dict.fromkeys(("int_costs_at_close", "int_month_closings", "int_restated_dates", "month_close"), _CLOSING)
"""Models that are also judged by lakes of a few rows."""
SECONDS = 30
"""A change that makes a query run longer than this, where it takes less than one, is noticed by anybody."""
SECONDS_BY_HAND = 300
"""The same of all hand-made lakes of a model, which take about a minute."""
MONEY = sorted((Path(__file__).parents[2] / "sql" / "models").glob("*/cost/*.sql"))
HIDDEN = re.compile(
    r"--[^\n]*|'[^']*'|decimal\(\d+, \d+\)|\bon\n(?:.*\n)*?(?=\s*(?:where|group|left|inner|full|\)|qualify))", re.I
)
"""Where nothing is changed: comments, texts, types, and what tables are joined by, which makes joins of everything."""
SWAPS = {
    r">=": ">", r"<=": "<", r"<>": "=", r"(?<=\s)>(?=\s)": ">=", r"(?<=\s)<(?=\s)": "<=",
    r"(?<=\s)\+(?=\s)": "-", r"(?<=[\w)]\s)-(?=\s)": "+", r"(?<=\s)\*(?=\s\S)": "/", r"(?<=\s)/(?=\s)": "*",
    r"\band\b": "or", r"\bor\b": "and", r"\bnot\b(?! null)": "", r"\bis null\b": "is not null",
    r"\bis not null\b": "is null", r"\bleft join\b": "inner join", r"\binner join\b": "left join",
    r"\bfull join\b": "left join", r"\bgreatest(?=\()": "least", r"\bleast(?=\()": "greatest",
    r"\bsum(?=\()": "max", r"\bmin(?=\()": "max", r"\bmax(?=\()": "min", r"\bbool_and(?=\()": "bool_or",
    r"\bbool_or(?=\()": "bool_and", r"\bdistinct\b(?! from)": "", r"(?<=\s)desc\b": "asc", r"\btrue\b": "false",
    r"\bfalse\b": "true", r"\bpreceding\b": "following",
}  # fmt: skip
CALLS = {"coalesce": lambda parts: parts[0], "if": lambda parts: f"if({', '.join([parts[0], parts[2], parts[1]])})"}
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


@dataclass(frozen=True)
class Mutant:
    """A change of a model's SQL, with the line as it was and as it became."""

    model: str
    sql: str
    before: str
    after: str

    @property
    def digest(self) -> bytes:
        return hashlib.blake2b(f"{self.model}|{self.before}|{self.after}".encode()).digest()


def mutants(model: str, sql: str) -> Iterator[Mutant]:
    """Yield each change of a model's SQL."""
    hidden = [match.span() for match in HIDDEN.finditer(sql)]

    def changed(start: int, end: int, text: str) -> Iterator[Mutant]:
        if any(first < end and start < last for first, last in hidden):
            return
        after = sql[:start] + text + sql[end:]
        line, stop = sql.rfind("\n", 0, start) + 1, sql.find("\n", end)
        stop = len(sql) if stop < 0 else stop
        yield Mutant(model, after, _line(sql[line:stop]), _line(after[line : stop + len(text) - (end - start)]))

    for pattern, text in SWAPS.items():
        for match in re.finditer(pattern, sql, re.I):
            yield from changed(*match.span(), text)
    for match in NUMBER.finditer(sql):
        yield from changed(*match.span(), str(int(match[0]) + 1))
    for name, swap in CALLS.items():
        for match in re.finditer(rf"(?<![\w.]){name}\(", sql, re.I):
            parts, end = _arguments(sql, match.end())
            if len(parts) >= 2 and not (name == "if" and len(parts) != 3):
                yield from changed(match.start(), end, swap(parts))


def _line(text: str) -> str:
    """Return a line as it is shown, without the folder that a lake lies in."""
    return " ".join(re.sub(r"'[^']*/(lake/[^']*)'", r"'\1'", text).split())


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """Return the arguments of a call that opens before ``start``, and where it ends."""
    parts, depth, begin, quoted = [], 0, start, False
    for at in range(start, len(sql)):
        quoted ^= sql[at] == "'"
        if quoted:
            continue
        if sql[at] in "([{":
            depth += 1
        elif sql[at] in ")]}" and depth:
            depth -= 1
        elif sql[at] == ")" or (sql[at] == "," and not depth):
            parts.append(sql[begin:at].strip())
            begin = at + 1
            if sql[at] == ")":
                return parts, at + 1
    return [], start


class World:
    """The tables of an organization, to which a change is made, seen, and taken back."""

    def __init__(self, folder: Path, seed: int, compiled: Compiled) -> None:
        live(folder, seed)
        budgets = next(iter(folder.glob("budgets*.csv")), None)
        self.paths = places(folder, lake_dir=folder / "lake", budgets=budgets)
        self.graph: Graph = compile_project(folder, self.paths).graph(self.paths)
        self.models = [node for node in self.graph.nodes if isinstance(node, Model)]
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set timezone = 'UTC'; attach ':memory:' as warehouse; use warehouse")
        for model in self.models:
            self._make(model, model.sql)
        for mart in REFERENCES:
            self.connection.execute(f"create table main.was_{mart} as from main.{mart}")
        self.compiled = compiled

    def _make(self, model: Model, sql: str) -> None:
        self.connection.execute(f"create schema if not exists {model.relation.rpartition('.')[0]}")
        kind = "view" if model.materialized == "view" else "table"
        self.connection.execute(f"create or replace {kind} {model.relation} as {sql}")

    def notices(self, mutant: Mutant) -> bool | None:
        """Tell whether a mart comes out different; None where the change is no SQL."""
        try:
            with self.trial() as run:
                return self._comes_out_different(run, mutant)
        except duckdb.Error as error:
            return None if isinstance(error, duckdb.BinderException | duckdb.ParserException) else True

    def _comes_out_different(self, run: Any, mutant: Mutant) -> bool:
        reached: set[str] = set()
        for model in self.models:
            is_changed = model.name == mutant.model
            if is_changed or not reached.isdisjoint(model.parents):
                self._make(model, mutant.sql if is_changed else model.sql)
                reached.add(model.unique_id)
                if model.name in REFERENCES and not _same(run, f"main.{model.name}", f"main.was_{model.name}"):
                    return True
        return False

    @contextmanager
    def trial(self) -> Iterator[Any]:
        """Yield a way to run SQL whose effects are taken back, and which is interrupted where it takes too long."""
        run = self.connection.execute
        run("begin")
        timer = threading.Timer(SECONDS, self.connection.interrupt)
        timer.start()
        try:
            yield run
        finally:
            timer.cancel()
            run("rollback")


def _same(run: Any, one: str, other: str) -> bool:
    """Tell whether two tables have the same rows, floats to nine digits of their size or so."""
    columns = ", ".join(
        f'round("{name}", 7) as "{name}"' if kind == "DOUBLE" else f'"{name}"'
        for name, kind, *_ in run(f"describe {one}").fetchall()
    )
    first, second = (f"select {columns} from {table}" for table in (one, other))
    found = run(f"(({first}) except all ({second})) union all (({second}) except all ({first})) limit 1")
    return not found.fetchall()


class UnitTests:
    """dbt's unit tests of the models, run on SQL that is given, on tables that are empty but for what they bring."""

    def __init__(self, compiled: Compiled, world: World) -> None:
        manifest = json.loads(compiled.manifest.read_bytes())
        self.world = world
        self.by_name = {model.name: model for model in world.models}
        self.tests: dict[str, list[Mapping[str, Any]]] = {}
        for test in manifest["unit_tests"].values():
            if self.passes(test, self.by_name[test["model"]].sql):
                self.tests.setdefault(test["model"], []).append(test)
            else:
                sys.stderr.write(f"left out: {test['name']} does not pass as it is\n")

    def notice(self, mutant: Mutant) -> bool:
        return any(not self.passes(test, mutant.sql) for test in self.tests.get(mutant.model, ()))

    def passes(self, test: Mapping[str, Any], sql: str) -> bool:
        try:
            with self.world.trial() as run:
                return self._passes(run, test, sql)
        except duckdb.Error:
            return False

    def _passes(self, run: Any, test: Mapping[str, Any], sql: str) -> bool:
        given = {re.findall(r"'(\w+)'", one["input"])[-1]: one["rows"] for one in test["given"]}
        for name, rows in given.items():
            parent = self.by_name[name]
            types = {column: kind for column, kind, *_ in run(f"describe {parent.relation}").fetchall()}
            run(f"create temp table was as from {parent.relation} limit 0")
            run(f"drop {'view' if parent.materialized == 'view' else 'table'} {parent.relation}")
            run(f"create table {parent.relation} as from was")
            run("drop table was")
            if rows:
                run(f"insert into {parent.relation} by name {_rows(rows, types)}")
        run(f"create temp table came as {sql}")
        types = {column: kind for column, kind, *_ in run("describe came").fetchall()}
        expected = test["expect"]["rows"]
        if not expected:
            return run("select count(*) from came").fetchall() == [(0,)]
        run(f"create temp table expected as {_rows(expected, types)}")
        columns = ", ".join(f'"{name}"' for name, *_ in run("describe expected").fetchall())
        run(f"create temp table shown as select {columns} from came")
        return _same(run, "shown", "expected")


def _rows(rows: str | Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> str:
    """Return the query of a fixture's rows."""
    if isinstance(rows, str):
        return rows

    def value(name: str, given: Any) -> str:
        if given is None:
            return f"cast(null as {types[name]})"
        if isinstance(given, list | dict):
            given = json.dumps(given)
        return "cast('{}' as {})".format(str(given).replace("'", "''"), types[name])

    return " union all ".join(
        "select " + ", ".join(f'{value(name, given)} as "{name}"' for name, given in row.items()) for row in rows
    )


def main() -> int:
    """Run the sample, write the section, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many mutants")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        worlds: list[World] = []
        for seed in SEEDS:
            folder = Path(place) / str(seed)
            folder.mkdir()
            paths = places(folder, lake_dir=folder / "lake", budgets=None)
            worlds.append(World(folder, seed, compile_project(folder, paths)))
        tests = UnitTests(worlds[0].compiled, worlds[0])
        names = {path.stem for path in MONEY}
        sources = {model.name: model.sql for model in worlds[0].models if model.name in names}
        everything = [one for name, sql in sources.items() for one in mutants(name, sql)]
        asked = sorted(everything, key=lambda one: one.digest)[: chosen.sample]
        asked.sort(key=lambda one: one.model in BY_HAND)  # the slow ones last
        survivors, tested = [], 0
        for number, mutant in enumerate(asked):
            noticed = notice(mutant, worlds, tests)
            tested += noticed is not None
            if noticed is False:
                survivors.append(mutant)
            sys.stderr.write(f"{number + 1} of {len(asked)}: {mutant.model}: {noticed}: {mutant.after}\n")
    killed = 1 - len(survivors) / tested
    write(PAGE, {"The models of money": section(len(everything), tested, killed, survivors)})
    sys.stdout.write(f"{killed:.1%} of {tested} changes of SQL were noticed\n")
    return 0 if killed >= TARGET else 1


def notice(mutant: Mutant, worlds: Sequence[World], tests: UnitTests) -> bool | None:
    """Tell whether anything notices a mutant; None where it is no SQL."""
    for world in worlds:
        sql = mutant.sql.replace(worlds[0].paths["IONQ_DATA_LAKE"], world.paths["IONQ_DATA_LAKE"])
        noticed = world.notices(Mutant(mutant.model, sql, mutant.before, mutant.after))
        if noticed is not False:
            return noticed
    return tests.notice(mutant) or (mutant.model in BY_HAND and _by_hand(mutant, worlds[0].paths))


def _by_hand(mutant: Mutant, paths: Mapping[str, str]) -> bool:
    """Tell whether the models' hand-made lakes notice a mutant, in a process that can be ended where a query is not."""
    process = get_context("spawn").Process(target=_run_by_hand, args=(mutant, dict(paths)))
    process.start()
    process.join(SECONDS_BY_HAND)
    process.kill()
    process.join()
    return process.exitcode != 0


def _run_by_hand(mutant: Mutant, paths: Mapping[str, str]) -> None:
    compiled = marts.compile_project

    def changed(folder: Path, here: Mapping[str, str]) -> Any:
        graph = compiled(folder, here).graph(here)
        sql = mutant.sql.replace(paths["IONQ_DATA_LAKE"], here["IONQ_DATA_LAKE"])
        nodes = [replace(node, sql=sql) if node.name == mutant.model else node for node in graph.nodes]
        return SimpleNamespace(graph=lambda _: Graph(tuple(nodes)))

    with patch.object(marts, "compile_project", changed), redirect_stdout(io.StringIO()):
        sys.exit(pytest.main(["-q", "-x", "-p", "no:xdist", "-m", "", *BY_HAND[mutant.model]]))


def section(total: int, tested: int, killed: float, survivors: Sequence[Mutant]) -> str:
    """Return the text that says what came of it."""
    reasons: dict[str, list[str]] = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    rows, equal = [], 0
    for one in sorted(survivors, key=lambda one: (one.model, one.before, one.after)):
        texts = f"{one.model}: {one.before}\n{one.model}: {one.after}"
        why = next((why for why, parts in reasons.items() if any(part in texts for part in parts)), UNTOLD)
        equal += why.startswith("equal")
        rows.append(f"| `{one.model}` | {code(one.before)} | {code(one.after)} | {why} |")
    return "\n".join(
        [
            "`make mutants` changes the SQL of the models of `cost/` in one small way after the other, builds what "
            "follows from them for two simulated organizations, and runs the models' unit tests. A change is noticed "
            "where a mart that the tests compute apart comes out different, or a unit test fails.",
            "",
            f"Of {total:,} possible changes, {tested:,} were made, drawn by a hash. **{killed:.1%}** were noticed "
            f"(target {TARGET:.0%}). Of the others, {equal} are equal: nothing that a mart shows depends on them. "
            f"Without these, {killed * tested / (tested - equal):.1%} were noticed. Those that were not:",
            "",
            "| model | as it is | changed into | why it may live |",
            "|---|---|---|---|",
            *rows,
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
