"""Topics without a title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kb import vocab
from kb.corpus import Corpus
from kb.errors import Finding, Level
from kb.load import TOPIC_FILE
from kb.rules._base import Family, Reporter

report = Reporter(__name__, Family.SCHEMA, Level.WARNING)


def check(corpus: Corpus) -> Iterator[Finding]:
    """Every folder of records that is not a shelf has a ``_topic.yaml``.

    It gives the topic its title and its question; often a folder without one is a misspelt topic.  Move the files to
    the topic that is meant, or add ``_topic.yaml`` with ``title:`` and ``question:``.
    """
    shelves = {*vocab.SHELVES.values(), *corpus.topics}
    known = ", ".join(corpus.topics) or "none yet"
    for topic in sorted({entry.topic for entry in corpus} - shelves):
        if f"{topic}/{TOPIC_FILE}" not in corpus.unread:
            first = min((entry for entry in corpus if entry.topic == topic), key=lambda entry: entry.path)
            folder = PurePosixPath(first.path).parent.as_posix()
            yield Finding(
                first.path,
                *first.document.mark(("kind",)),
                report.code,
                f"the folder {folder} has no {TOPIC_FILE}",
                f"move the file to a topic that exists ({known[:200]}), or add {folder}/{TOPIC_FILE}",
                report.level,
            )
