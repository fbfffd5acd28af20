// Search over titles, names, summaries and texts: best matches first, typing errors forgiven, matches marked, and what was
// looked for instead where nothing says it.  Its index is a script, so it works from a file as from a server.  The words
// are kept in the address, so that going back, or a link, shows the same results.
(async () => {
  "use strict";

  const { root, load, make, plain, writeState } = window.counterpoise;
  const MOST = 30;
  const SNIPPET = 150;

  const dialog = document.querySelector("dialog.kb-search");
  const input = dialog.querySelector("input");
  const status = dialog.querySelector("[role=status]");
  const list = dialog.querySelector("ol");
  status.textContent = "Loading…";

  try {
    await Promise.all([load("assets/js/finder.js"), load("assets/search-index.js")]);
  } catch {
    status.textContent = "The search index could not be loaded.";
    return;
  }
  const find = window.counterpoise.finder(window.counterpoiseIndex.map(([id, kind, title, said, names, number, more]) => (
    { id, kind, title, said, names: `${names} ${id.replace(/[-/]/g, " ")}`, number, more })));

  // ---- showing ---------------------------------------------------------------------------------------------------

  const PIECES = /([\p{L}\p{N}\p{M}]+)/u;
  const marked = (text, terms) => text.split(PIECES).map((piece, i) => (
    i % 2 && terms.has(plain(piece)) ? make("mark", { textContent: piece }) : piece));

  /** As many whole words as fit; of a word that is longer, as many characters. */
  const shortened = (text) => {
    if (text.length <= SNIPPET) return text;
    const blank = text.lastIndexOf(" ", SNIPPET);
    return `${blank > 0 ? text.slice(0, blank) : text.slice(0, SNIPPET).replace(/[\ud800-\udbff]$/, "")}…`;
  };

  /** As much of what a record says as fits, around its first match; of what else is on its page where only that has one. */
  const snippet = (said, more, terms) => {
    const first = (text) => {
      const pieces = text.split(PIECES);
      const place = pieces.findIndex((piece, i) => i % 2 && terms.has(plain(piece)));
      return place < 0 ? -1 : pieces.slice(0, place).join("").length;
    };
    let [text, at] = [said, first(said)];
    if (at < 0) {
      const further = first(more);
      if (further >= 0) [text, at] = [more, further];
    }
    const blank = at < SNIPPET - 30 ? 0 : text.indexOf(" ", at - 60) + 1;
    const start = Math.min(blank, Math.max(at, 0)); // a long word may have no blank before its match
    const shown = shortened(text.slice(start));
    return start ? `…${shown}` : shown;
  };

  const quoted = (words) => words.map((word) => `“${word}”`).join(", ").replace(/, (?=[^,]*$)/, " or ");

  /** How many hits there are, and what was looked for where it is not what was typed. */
  const summary = ({ hits, whole, unknown, instead }) => {
    const n = hits.length > MOST ? `the best ${MOST} of ${hits.length.toLocaleString("en")} hits` : hits.length === 1 ? "1 hit" : `${hits.length} hits`;
    const sentence = n[0].toUpperCase() + n.slice(1);
    if (unknown.length && !hits.length) return `Nothing found: no page says ${quoted(unknown)} or a word like it.`;
    if (!hits.length) return "Nothing found. Try fewer or other words.";
    if (unknown.length) return `Nothing says ${quoted(unknown)}${instead.length ? `; nearest: ${quoted(instead)}` : "; searched without it"}. ${sentence}.`;
    if (!whole) return `Nothing says all of this; nearest: ${n}.`;
    return whole < hits.length ? `${whole} ${whole === 1 ? "hit" : "hits"} with every word, then what says a part of it.` : sentence;
  };

  const show = () => {
    const query = input.value.trim();
    list.replaceChildren();
    writeState({ search: dialog.open ? query : "" });
    if (!query) { status.textContent = "Type a few words."; return; }
    const found = find(query);
    status.textContent = summary(found);
    for (const [{ id, kind, title, said, more, number }, terms] of found.hits.slice(0, MOST)) {
      const meta = make("span", { className: "kb-search__meta" }, make("span", { className: `kb-tag kb-tag--${kind}`, textContent: kind }), ...(number ? [" ", make("strong", { textContent: number })] : []));
      const text = make("span", { className: "kb-search__text" }, ...marked(snippet(said, more, terms), terms));
      list.append(make("li", {}, make("a", { href: new URL((/page|rule/.test(kind) ? id : `${kind}/${id}`).replace(/#|$/, ".html$&"), root).href },
        make("span", { className: "kb-search__title" }, ...marked(title, terms)), meta, text)));
    }
    dialog.scrollTop = 0;
  };

  // ---- keys ------------------------------------------------------------------------------------------------------

  input.addEventListener("input", show);
  dialog.querySelector("form").addEventListener("submit", () => list.querySelector("a")?.click());
  dialog.addEventListener("keydown", (event) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
    } else if (at > 0 && (event.key.length === 1 || event.key === "Backspace") && !event.ctrlKey && !event.metaKey) {
      input.focus(); // going on to type
    }
  });
  show();
})();
