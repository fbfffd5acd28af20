"""Templates: one environment with escaping always on and undefined names refused."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from kb import vocab
from kb.engine.graph import kill_value
from kb.pages import bars, findings, hints, prose, words
from kb.pages.escaping import escaped

TEMPLATES = Path(__file__).parent / "templates"
ENDING = ("j2",)


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


class _Context(Context):
    """Calls macros without asking each whether it wants the context: none does, and escaping is always on."""

    def call(self, obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What a template calls, with the arguments that it gives."""
        if type(obj) is not Macro:
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)  # which Jinja adds for callables that want the context
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates beside their sources, as Python keeps its modules; where none can be kept, none is.

    Each is kept with the digest of its source and under the name of what compiled it: none is ever out of date.
    """

    def __init__(self) -> None:
        super().__init__(str(TEMPLATES / "__pycache__"), f"%s.{_compiler()}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read one that was kept; Jinja looks whether it is of the same source and the same Python."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever is wrong with it, the source is there
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one, whole or not at all."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def _compiler() -> str:
    """What compiles templates: this Python, this Jinja, this module's settings."""
    settings = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return f"{sys.implementation.cache_tag}-{jinja2.__version__}-{settings}"


@cache
def environment() -> Environment:
    """The environment of all page templates.

    ``autoescape`` is a constant: choosing by file name would skip some endings.
    """
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=_Compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.template_class = _Template
    env.context_class = _Context
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
    for name in environment().list_templates(ENDING):
        _template(name)


def render(name: str, **values: Any) -> Markup:
    """A template filled with values, as HTML that needs no more escaping."""
    return Markup(_template(name).render(**values))
