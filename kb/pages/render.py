"""Templates: one environment with escaping always on and undefined names refused."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from kb import vocab
from kb.engine.graph import kill_value
from kb.pages import bars, findings, hints, prose, words
from kb.pages.escaping import escaped


class _Template(Template):
    """A template that escapes as :func:`kb.pages.escaping.escaped` does."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """A template of compiled code, whose names are the module's own."""
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__["escape"] = escaped
        return made


@cache
def environment() -> Environment:
    """The environment of all page templates.

    ``autoescape`` is a constant: choosing by file name would skip some endings.
    """
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.template_class = _Template
    env.globals.update(
        spark=bars.small,
        percent=words.percent,
        kill_value=kill_value,
        teaches=words.teaches,
        factor=words.factor,
        decibans=words.decibans,
        count=words.count,
        capital=words.capital,
        listing=words.listing,
        markdown=prose.markdown,
        is_web_address=prose.is_web_address,
        link_rel=prose.LINK_REL,
        plural=vocab.PLURAL,
        tip=hints.tip,
        finding=findings.of_estimates,
    )
    return env


@cache
def _template(name: str) -> Template:
    return environment().get_template(name)


def compile_all() -> None:
    """Compile every template now, before the process is copied: each copy would do it for itself."""
    for name in environment().list_templates():
        _template(name)


def render(name: str, **values: Any) -> Markup:
    """A template filled with values, as HTML that needs no more escaping."""
    return Markup(_template(name).render(**values))
