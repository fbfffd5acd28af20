"""What the codes mean that do not come from a rule: those of reading a file, of looking up anchors, and of the check.

Each has the form of a rule's docstring: what must hold; then why, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kb.errors import MORE, Level
from kb.rules._base import Family

CRASHED = "rule-crashed"
FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Code:
    """One code that a finding may have.

    Attributes:
        code: as findings give it.
        family: what it is about.
        level: of its findings; the gravest where they differ.
        doc: the first paragraph says what must hold, the second why and what to write instead.
    """

    code: str
    family: Family
    level: Level
    doc: str


_T, _S, _A, _C = Family.TEXT, Family.SCHEMA, Family.ANCHOR, Family.CHECK
_CODES: tuple[tuple[str, Family, Level, str, str], ...] = (
    (
        "anchor-ambiguous", _A, Level.WARNING,
        "The words of an anchor point at one passage of the source.",
        "If the same words stand there twice, nobody knows which passage is meant. Give more words, up to eight, "
        "so that one passage is left. `kb anchors` looks anchors up in stored copies of the sources.",
    ),
    (
        "anchor-digest", _A, Level.ERROR,
        "The passage still reads as it did when the record was written.",
        "The digest was kept when the anchor was looked up; another one now means that the source was changed "
        "between the first and the last words. Read the passage again, correct the record, and delete `digest`.",
    ),
    (
        "anchor-missing", _A, Level.ERROR,
        "The words of an anchor stand in the source.",
        "A reader who follows the link would find nothing. Copy the first and the last words of the passage "
        "again, or name the source in which they stand.",
    ),
    (
        "anchor-near", _A, Level.ERROR,
        "The words of an anchor stand in the source letter by letter.",
        "Browsers jump only to the very words. The finding gives the words of the source that come closest: write"
        " those.",
    ),
    (
        "anchor-short", _A, Level.SUGGESTION,
        "A passage of fewer than 16 words has `start` alone.",
        "First and last words together would copy most of it. Leave `end` out.",
    ),
    (
        "duplicate-id", _S, Level.ERROR,
        "An id, and an old id under `aliases`, belongs to one record.",
        "Everything refers to a record by its id, whatever folder it lies in; two files of one name cannot be "
        "told apart. Choose another file name, or delete the alias.",
    ),
    (
        "file-place", _S, Level.ERROR,
        "A record is a plain file `claims/<topic>/<id>.yaml`; sources, people, terms and viewpoints lie on their "
        "shelves.",
        "A file elsewhere would be skipped silently. Move it, or rename it so that it ends in `.yaml`: sources to"
        " `sources/`, persons to `people/`, terms to `terms/`, viewpoints to `viewpoints/`, all else to a topic.",
    ),
    (
        FORMAT, Family.STYLE, Level.ERROR,
        "A file is in canonical form: block style, fields in the order of the data model, quotation marks where "
        "needed.",
        "One form keeps changes small and merges free of conflicts. Run `kb fmt`; it changes no data and keeps "
        "comments. `kb fmt --check` gives this finding, `kb check` does not.",
    ),
    (
        "id", _S, Level.ERROR,
        "The file's name without `.yaml` is the id: lower-case letters, digits and hyphens, at most 80 characters.",
        "The id is part of the page's address and never changes. Rename the file as the finding says; `id:` "
        "inside it may be left out.",
    ),
    (
        "merge-conflict", _T, Level.ERROR,
        "A file does not hold the marks that git leaves where two people changed the same lines.",
        "Both sides stand in the file, and neither is valid as it is. Keep one side, or join the two, and delete "
        "the lines that start with `<<<<<<<`, `=======` and `>>>>>>>`.",
    ),
    (
        MORE, _C, Level.ERROR,
        "At most 50 findings a file and 200 in all are shown.",
        "The line says how many more there are, and has the level of the gravest of all. Mend the ones that are "
        "shown, then check again.",
    ),
    (
        CRASHED, _C, Level.ERROR,
        "Every rule looks at all records without failing.",
        "This is a fault of the program and not of the records: the other rules have run. Please report it with "
        "the file that brings it about.",
    ),
    (
        "schema", _S, Level.ERROR,
        "A record has the fields of its kind, each with a value that may stand there.",
        "A misspelt field would be ignored and a wrong value would be computed with, so neither is taken. The "
        "finding names the field, what it may hold, and the word that was probably meant. `kb schema KIND` lists "
        "all fields.",
    ),
    (
        "text-character", _T, Level.ERROR,
        "A file holds no characters that cannot be seen: no tabs, control characters, text that runs backwards, "
        "letters in two parts.",
        "They make two texts look alike that are not, or one text look like another. Delete them, or retype the "
        "word; indent with spaces. `kb check --fix` takes out what has no meaning.",
    ),
    (
        "text-encoding", _T, Level.ERROR,
        "A file is UTF-8.",
        "In another encoding a byte can stand for several letters. Choose UTF-8 where your editor saves the file.",
    ),
    (
        "yaml-alias", _T, Level.ERROR,
        "A value is written out wherever it stands, without anchors (`&name`) and aliases (`*name`) of YAML.",
        "With aliases a small file can grow without end, and a reader has to look in two places. Write the value "
        "again; put a value that starts with `&` or `*` in quotes.",
    ),
    (
        "yaml-depth", _T, Level.ERROR,
        "Fields are nested at most 8 levels deep.",
        "No kind of record needs more; deeper nesting is a slip of the brackets. Look at the indentation.",
    ),
    (
        "yaml-documents", _T, Level.ERROR,
        "A file holds one record.",
        "A line `---` starts a second one, which would have no name. Delete the line, or move what follows to a "
        "file of its own.",
    ),
    (
        "yaml-duplicate-key", _T, Level.ERROR,
        "A field stands in a record once.",
        "Most programs keep the last of two and say nothing. Keep one; several entries of one field are a list, "
        "each on a line that starts with `- `.",
    ),
    (
        "yaml-key", _T, Level.ERROR,
        "The name of a field is a plain word.",
        "Lists and mappings cannot be names. Write `name: value`, and put text with brackets in quotes.",
    ),
    (
        "yaml-merge", _T, Level.ERROR,
        "A record does not take over fields from elsewhere with `<<`.",
        "What a record says would then stand somewhere else. Write the fields out.",
    ),
    (
        "yaml-number", _T, Level.ERROR,
        "A number is decimal, finite and without zeros in front.",
        "Programs read `010` as 8 or as 10, and cannot compute with infinity. Write it in decimal; put it in "
        "quotes if it is a word, such as a version.",
    ),
    (
        "yaml-size", _T, Level.ERROR,
        "A file has at most 64 KiB and 5,000 values, and the name of a field at most 200 characters.",
        "A record says one thing. Shorten the notes, split the record, or look for a missing `: ` behind a name.",
    ),
    (
        "yaml-syntax", _T, Level.ERROR,
        "A file is YAML: lines of `name: value`, what belongs to a field indented below it.",
        "Mostly a colon, a quotation mark or an indentation is missing in the line that is named or in the one "
        "before. Put text that holds `: ` or starts with a special character in quotes. `kb check --fix` does it "
        "where it is clear.",
    ),
    (
        "yaml-tag", _T, Level.ERROR,
        "A value has no YAML tag (`!name`), and the file no directive (`%...`).",
        "A tag can make one program read another value than the next. Delete it; put a value that starts with `!` "
        "in quotes.",
    ),
)  # fmt: skip

READING: Mapping[str, Code] = MappingProxyType(
    {code: Code(code, family, level, f"{what}\n\n{why}") for code, family, level, what, why in sorted(_CODES)}
)
"""Code to its meaning."""
