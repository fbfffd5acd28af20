"""Publishing: the old site or the new one, never half; one build at a time; the same bytes everywhere."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb import frame, publish
from kb.engine import Assessment, assess
from kb.errors import Unavailable
from kb.frame import BuildFailed, Frame
from kb.load import load
from kb.publish import Built, Busy, build_site, write_atomic

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "browser" / "corpus"


@pytest.fixture(scope="module")
def bread() -> Assessment:
    return assess(load(CORPUS).corpus)


@pytest.fixture(scope="module")
def first(bread: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A finished build."""
    return build_site(bread, ROOT, tmp_path_factory.mktemp("first") / "public", {"a.csv": b"1\n"}, 1_700_000_000)


@pytest.fixture
def quick(first: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the frame as rendered before instead of asking MkDocs again."""

    def render(config: Path, into: Path, moment: int | None) -> Frame:
        (into / "record").mkdir()
        places = "@@kb:title@@ @@kb:head@@ @@kb:body@@ @@kb:toc@@"
        (into / "record/shell.html").write_text(places, "utf-8")
        (into / "index.html").write_text("<!--kb:questions-->", "utf-8")
        (into / "assets").mkdir()
        (into / "assets/kb.css").write_text("", "utf-8")
        return frame._tidied(into)

    monkeypatch.setattr(publish, "render_frame", render)


def tree(folder: Path) -> dict[str, str]:
    """Path to digest of every file."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_a_build_says_what_it_made(first: Built) -> None:
    assert first.index.is_file()
    assert first.pages == len(list(first.path.rglob("*.html")))
    assert first.files == len(tree(first.path))
    assert first.size == sum(p.stat().st_size for p in first.path.rglob("*") if p.is_file())
    assert (first.path / "data/a.csv").read_bytes() == b"1\n"
    assert "as of 2023-11-14" in (first.path / "claim/cold-rise-tastes-better.html").read_text("utf-8")


def test_neither_the_shell_nor_the_themes_search_is_published(first: Built) -> None:
    assert not (first.path / "record").exists()
    assert not (first.path / "assets/javascripts/lunr").exists()
    assert not list(first.path.rglob("*.map"))
    for page in first.path.rglob("*.html"):
        text = page.read_text("utf-8").replace("@@kb:body@@", "a record's own text")
        assert "@@kb:" not in text, page
        assert "<!--kb:" not in text, page


@pytest.mark.usefixtures("quick")
def test_a_build_replaces_the_old_site_as_a_whole(bread: Assessment, tmp_path: Path) -> None:
    target = tmp_path / "site" / "public"
    build_site(bread, ROOT, target, {"old.csv": b""})
    (target / "left-over.html").write_text("", "utf-8")
    old = target.stat().st_ino
    build_site(bread, ROOT, target, {"new.csv": b""})
    assert target.stat().st_ino != old
    assert not (target / "left-over.html").exists()
    cited = {"counterpoise.bib", "counterpoise.csl.json"}
    assert {p.name for p in (target / "data").iterdir()} == {"new.csv", *cited}
    assert [p.name for p in target.parent.iterdir()] == ["public"]
    assert target.stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


@pytest.mark.usefixtures("quick")
def test_a_full_disk_leaves_the_old_site(bread: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "public"
    build_site(bread, ROOT, target)
    before = tree(target)
    written: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        written.append(path)
        if len(written) > 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(publish, "_write", write)
    with pytest.raises(OSError, match="No space left"):
        build_site(bread, ROOT, target)
    assert tree(target) == before
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


@pytest.mark.usefixtures("quick")
def test_a_second_build_is_told_to_wait(bread: Assessment, tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="another build") as caught:
            build_site(bread, ROOT, tmp_path / "public")
    finally:
        os.close(fd)
    assert caught.value.exit_code == 75
    build_site(bread, ROOT, tmp_path / "public")
    assert (tmp_path / "public/index.html").is_file()


@pytest.mark.usefixtures("quick")
def test_left_overs_of_a_crash_are_removed(bread: Assessment, tmp_path: Path) -> None:
    (tmp_path / "public.new-crashed").mkdir()
    (tmp_path / "public.new-crashed/x").write_text("", "utf-8")
    build_site(bread, ROOT, tmp_path / "public")
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


@pytest.mark.usefixtures("quick")
def test_a_folder_that_is_not_a_site_is_not_replaced(bread: Assessment, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear", "utf-8")
    with pytest.raises(Unavailable, match="not a site"):
        build_site(bread, ROOT, tmp_path / "home")
    assert (tmp_path / "home/letter.txt").read_text("utf-8") == "dear"
    with pytest.raises(Unavailable, match="not a folder"):
        build_site(bread, ROOT, tmp_path / "home/letter.txt")
    with pytest.raises(Unavailable, match="does not exist"):
        build_site(bread, tmp_path, tmp_path / "public")


@pytest.mark.usefixtures("quick")
def test_without_an_atomic_exchange_the_old_site_comes_back_when_the_new_one_fails(
    bread: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "public"
    monkeypatch.setattr(publish, "_renameat2", lambda a, b: False)
    build_site(bread, ROOT, target)
    build_site(bread, ROOT, target, {"second.csv": b""})
    before = tree(target)
    assert "data/second.csv" in before
    rename = Path.rename

    def fail(self: Path, to: Path) -> Path:
        if "new-" in self.name and self.name != "public.new-old":
            raise OSError(errno.EIO, "broken", str(self))
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="broken"):
        build_site(bread, ROOT, target)
    assert tree(target) == before
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


def test_a_frame_that_cannot_be_rendered_says_why(bread: Assessment, tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: no-such-theme\n", "utf-8")
    with pytest.raises(BuildFailed, match=r"mkdocs could not render the frame: .*no-such-theme"):
        build_site(bread, tmp_path, tmp_path / "out/public")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.usefixtures("quick")
def test_the_sites_settings_reach_the_pages(bread: Assessment, tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Bread\nsite_url: https://bread.example/\nextra:\n  repository: https://forge.example/bread\n",
        "utf-8",
    )
    build_site(bread, tmp_path, tmp_path / "public")
    text = (tmp_path / "public/claim/cold-rise-tastes-better.html").read_text("utf-8")
    assert "https://bread.example/claim/cold-rise-tastes-better.html" in text
    assert "https://forge.example/bread/edit/main/" in text
    assert (tmp_path / "public/sitemap.xml").is_file()


def test_the_bytes_do_not_depend_on_where_and_how_they_were_made(first: Built, tmp_path: Path) -> None:
    """Another process, hash seed, time zone, locale and working directory."""
    program = (
        "import sys; from kb.engine import assess; from kb.load import load; from kb.publish import build_site\n"
        "build_site(assess(load(sys.argv[1]).corpus), sys.argv[2], 'public', {'a.csv': b'1\\n'})"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    env |= {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program, str(CORPUS), str(ROOT)], cwd=tmp_path, env=env, check=True)
    assert tree(tmp_path / "public") == tree(first.path)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    with pytest.raises(OSError, match="No such file"):
        write_atomic(tmp_path / "missing" / "a.json", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_scripts_and_styles_are_published_without_the_comments_for_those_who_change_them(first: Built) -> None:
    sources = Path(__file__).resolve().parents[1] / "site" / "pages"
    made = [first.path / "assets/kb.css", *sorted((first.path / "assets/js").rglob("*.js"))]
    assert len(made) > 10
    for path in made:
        text = path.read_text("utf-8")
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("//", "/*", "*/"))], path.name
        kept = iter((sources / path.relative_to(first.path)).read_text("utf-8").splitlines())
        assert all(line in kept for line in text.splitlines()), f"{path.name} has lines that its source has not"
    text = "/** Two\n * lines. */\nconst a = 1; // stays\n  // goes\nconst b = `/*` + a;\n"
    assert frame.without_comments(text) == "const a = 1; // stays\nconst b = `/*` + a;\n"


def test_no_script_asks_for_a_sitemap_of_an_alternate(first: Built) -> None:
    """Material takes every alternate for another language; fails after an upgrade that words it otherwise."""
    (bundle,) = first.path.glob("assets/javascripts/bundle.*.min.js")
    assert '"link[rel=alternate][hreflang]"' in bundle.read_text("utf-8")
    assert '"link[rel=alternate]"' not in bundle.read_text("utf-8")
