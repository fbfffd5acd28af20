// Search over titles, summaries and other names: best matches first, typing errors forgiven, matches marked.  Its index
// is a script, so it works from a file as from a server.  The words are kept in the address, so that going back, or a
// link, shows the same results.
(async () => {
  "use strict";

  const { root, load, make, writeState } = window.counterpoise;
  const MOST = 30;
  const SNIPPET = 150;
  const ORDER = { question: 1.5, claim: 1.4, person: 1.3, term: 1.1 }; // what readers look for most

  const dialog = document.querySelector("dialog.kb-search");
  const input = dialog.querySelector("input");
  const status = dialog.querySelector("[role=status]");
  const list = dialog.querySelector("ol");
  status.textContent = "Loading…";

  try {
    await Promise.all([load("assets/vendor/minisearch.min.js"), load("assets/search-index.js")]);
  } catch {
    status.textContent = "The search index could not be loaded.";
    return;
  }

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const documents = window.counterpoiseIndex.map(([id, kind, title, summary, names, number]) => (
    { id, kind, title, summary, names: `${names} ${id.replaceAll("-", " ")}`, number }));
  const of = new Map(documents.map((document) => [document.id, document]));
  const engine = new window.MiniSearch({ fields: ["title", "names", "summary"], processTerm: plain });
  engine.addAll(documents);

  // ---- finding ---------------------------------------------------------------------------------------------------

  /** Letters that may be wrong in a word: none in the shortest, where almost every other word is near. */
  const slips = (word) => (word.length < 4 ? 0 : word.length < 6 ? 1 : 2);
  const begun = (word, place, words) => word.length > 1 && (place === words.length - 1 || word.length > 3);

  // From strict to lenient; what a lenient way adds comes after what a strict one found.
  const WAYS = [
    { combineWith: "AND", prefix: begun },
    { combineWith: "AND", prefix: begun, fuzzy: slips },
    { combineWith: "OR", prefix: begun, fuzzy: slips },
  ];

  const find = (query) => {
    const found = new Map();
    for (const way of WAYS) {
      const hits = engine.search(query, { ...way, boost: { title: 4, names: 2 }, boostDocument: (id) => ORDER[of.get(id).kind] ?? 1 });
      hits.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
      for (const hit of hits) if (!found.has(hit.id)) found.set(hit.id, new Set(hit.terms));
      if (found.size > 2) break;
    }
    return [...found];
  };

  // ---- showing ---------------------------------------------------------------------------------------------------

  const PIECES = /([\p{L}\p{N}\p{M}]+)/u;
  const marked = (text, terms) => text.split(PIECES).map((piece, i) => (
    i % 2 && terms.has(plain(piece)) ? make("mark", { textContent: piece }) : piece));

  /** As much of a summary as fits, around its first match. */
  const snippet = (summary, terms) => {
    const pieces = summary.split(PIECES);
    const first = pieces.findIndex((piece, i) => i % 2 && terms.has(plain(piece)));
    const at = pieces.slice(0, Math.max(first, 0)).join("").length;
    const start = at < SNIPPET - 30 ? 0 : summary.indexOf(" ", at - 60) + 1;
    const rest = summary.slice(start);
    const text = rest.length <= SNIPPET ? rest : `${rest.slice(0, rest.lastIndexOf(" ", SNIPPET))}…`;
    return start ? `…${text}` : text;
  };

  const show = () => {
    const query = input.value.trim();
    list.replaceChildren();
    writeState({ search: dialog.open ? query : "" });
    if (!query) { status.textContent = "Type a few words."; return; }
    const found = find(query);
    const n = found.length;
    status.textContent = n > MOST ? `The best ${MOST} of ${n} hits` : n === 1 ? "1 hit" : n ? `${n} hits` : "Nothing found. Try fewer or other words.";
    for (const [id, terms] of found.slice(0, MOST)) {
      const { kind, title, summary, number } = of.get(id);
      const meta = make("span", { className: "kb-search__meta" }, make("span", { className: `kb-tag kb-tag--${kind}`, textContent: kind }), ...(number ? [" ", make("strong", { textContent: number })] : []));
      const text = make("span", { className: "kb-search__text" }, ...marked(snippet(summary, terms), terms));
      list.append(make("li", {}, make("a", { href: new URL(`${kind}/${id}.html`, root).href },
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
