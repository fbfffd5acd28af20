"""Making the parts of a large site in several processes: the same bytes, in less time."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from kb.pages import turning
from kb.pages.build import Part, Rendering, export
from kb.pages.render import compile_all
from kb.processes import beside, processes

WORTH_IT = 500
"""Parts from which several processes save time."""
BLOCK = 50
"""Records that lie side by side share sums and references; so many of them go to one process."""

Write = Callable[[str, bytes], None]
Export = bytes | Callable[[], bytes]
"""The content of an export, or what makes it."""


@dataclass(frozen=True)
class _Work:
    """What the processes work on; each inherits it, for a site is too large to be sent."""

    rendering: Rendering
    parts: Sequence[Part]
    exports: Mapping[str, Export]
    write: Write

    def some(self, start: int, stop: int) -> None:
        """Make some of the parts."""
        self.make(self.parts[start:stop])

    def export(self, name: str) -> int:
        """Write an export; returns its size in bytes."""
        given = self.exports[name]
        content = given if isinstance(given, bytes) else given()
        self.make([export(name, content)])
        return len(content)

    def late(self, sizes: Mapping[str, int]) -> None:
        """Make the pages that tell how large the exports are."""
        self.make(part for part in self.rendering.hand_written(sizes) if part.late)

    def make(self, parts: Iterable[Part]) -> None:
        """Make parts and write their files."""
        for part in parts:
            for path, data in self.rendering.files(part):
                self.write(path, data)


_work: _Work | None = None


def make(rendering: Rendering, exports: Mapping[str, Export], write: Write) -> None:
    """Make every part of a site.

    Args:
        rendering: how parts become files.
        exports: name to content of the exports; what makes one is called where the export is written.
        write: takes a path below the root of the site and bytes; may run in another process.

    Raises:
        FrameError: a hand-written page does not fit.
        OSError: ``write`` could not write.
    """
    work = _Work(rendering, tuple(_by_size(rendering.parts())), exports, write)
    count = processes() if len(work.parts) >= WORTH_IT else 1
    with _no_search_for_garbage():
        if count == 1:
            work.some(0, len(work.parts))
            work.late({name: work.export(name) for name in sorted(exports)})
        else:
            _share_out(work, count)


def _by_size(parts: Iterable[Part]) -> list[Part]:
    """Lists of many records first, for they take longest; then the records, side by side as before."""
    return sorted(parts, key=lambda part: part.of_one)


@contextlib.contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Do without Python's search for dead objects that refer to each other.

    Pages leave few, and nearly all that is there lives to the end; looking through it again and again takes a tenth of
    the time, and would copy the memory that processes share.
    """
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()


def _share_out(work: _Work, count: int) -> None:
    """Let several processes make the parts: large ones first, so that none is left with a long one at the end.

    Pictures look up hardly anything that others look up: they are begun before that is prepared.
    """
    pictures = tuple(part for part in work.parts if part.of_picture)
    work = replace(work, parts=tuple(part for part in work.parts if not part.of_picture))
    with beside(partial(work.make, pictures)) as drawn:
        _prepare(work)
        _share_out_rest(work, count)
        drawn()


def _share_out_rest(work: _Work, count: int) -> None:
    global _work
    lists = sum(not part.of_one for part in work.parts)
    blocks = [(n, n + 1) for n in range(lists)]
    blocks += [(n, min(n + BLOCK, len(work.parts))) for n in range(lists, len(work.parts), BLOCK)]
    _work = work
    try:
        with ProcessPoolExecutor(count, multiprocessing.get_context("fork")) as pool:
            try:
                sizes = {name: pool.submit(_export, name) for name in sorted(work.exports)}
                made = [pool.submit(_some, *block) for block in blocks]
                made.append(pool.submit(_late, {name: size.result() for name, size in sizes.items()}))
                for done in made:
                    done.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)  # nobody wants the rest
                raise
    finally:
        _work = None


def _prepare(work: _Work) -> None:
    """Look up once what every process would look up for itself.

    What the page of a record looks up for all of its kind is found by making one of each kind.
    """
    compile_all()
    site = work.rendering.site
    for id in site.credences:
        site.explain(id)
        site.assessment.firm(id)
    if turning.is_small(site):
        for id in site.credences:
            site.assessment.cruxes(id)
        _ = site.assessment.impacts
    first = {site.corpus[str(part.args[0])].kind: part for part in reversed(work.parts) if part.of_one}
    for part in first.values():
        for _file in work.rendering.files(part):
            pass


def _some(start: int, stop: int) -> None:
    assert _work is not None
    _work.some(start, stop)


def _export(name: str) -> int:
    assert _work is not None
    return _work.export(name)


def _late(sizes: Mapping[str, int]) -> None:
    assert _work is not None
    _work.late(sizes)
