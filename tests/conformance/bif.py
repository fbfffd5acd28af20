"""Reads Bayesian networks in the Bayesian Interchange Format: discrete variables with conditional probabilities."""

from __future__ import annotations

import gzip
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.engine.arithmetic import Floats
from kb.engine.factors import Factor, FactorGraph, log_table

VARIABLE = re.compile(r"variable\s+(\S+)\s*\{\s*type\s+discrete\s*\[\s*\d+\s*\]\s*\{([^}]*)\}\s*;[^}]*\}")
PROBABILITY = re.compile(r"probability\s*\(([^)]*)\)\s*\{([^}]*)\}")
ROW = re.compile(r"(?:table|\(([^)]*)\))\s*([^;]*);")


@dataclass(frozen=True)
class Network:
    """Variables with their states, and for each (variable, its parents) P(variable | parents), parents' axes last."""

    states: dict[str, tuple[str, ...]]
    tables: tuple[tuple[tuple[str, ...], Floats], ...]

    @property
    def graph(self) -> FactorGraph:
        """The network as a factor graph, variables in the order of ``states``."""
        at = {name: i for i, name in enumerate(self.states)}
        factors = [Factor(tuple(at[v] for v in family), log_table(table)) for family, table in self.tables]
        return FactorGraph(tuple(len(s) for s in self.states.values()), tuple(factors))


def parse(text: str) -> Network:
    """Read a network; every table must be complete."""
    states = {name: _words(body) for name, body in VARIABLE.findall(text)}
    tables = []
    for head, body in PROBABILITY.findall(text):
        child, _, given = (part.strip() for part in head.partition("|"))
        family = (child, *_words(given))
        table = np.full([len(states[v]) for v in family], np.nan)
        for condition, numbers in ROW.findall(body):
            values = [float(x) for x in _words(numbers)]
            if condition:
                place = tuple(states[v].index(s) for v, s in zip(family[1:], _words(condition), strict=True))
                table[(slice(None), *place)] = values
            else:
                table[...] = np.reshape(values, table.shape)
        if np.isnan(table).any():
            raise ValueError(f"the table of {child} lacks rows")
        tables.append((family, table))
    return Network(states, tuple(tables))


def folder() -> Path:
    """Where the installed package pgmpy keeps its example networks."""
    spec = importlib.util.find_spec("pgmpy")
    if spec is None or spec.submodule_search_locations is None:
        raise FileNotFoundError("pgmpy is not installed; run make conformance")
    return Path(spec.submodule_search_locations[0]) / "utils" / "example_models"


def shipped(name: str) -> Network:
    """A network that the installed package pgmpy ships."""
    with gzip.open(folder() / f"{name}.bif.gz", "rt", encoding="utf-8") as f:
        return parse(f.read())


def _words(text: str) -> tuple[str, ...]:
    return tuple(x.strip() for x in text.split(",") if x.strip())
