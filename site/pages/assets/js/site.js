// What every page does with a script: search, and tables and the outline where the page has them.
// Everything here also works, in a plainer way, without it.
(() => {
  "use strict";

  const script = document.currentScript;
  const root = new URL("../../", script.src);

  /** Load a script of the site once; works from a file as from a server. */
  const loaded = new Map();
  const load = (path) => {
    if (!loaded.has(path)) {
      loaded.set(path, new Promise((resolve, reject) => {
        const element = document.createElement("script");
        element.src = new URL(path, root);
        element.onload = resolve;
        element.onerror = () => reject(new Error(path));
        document.head.append(element);
      }));
    }
    return loaded.get(path);
  };

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // The state of a page is kept in the address after the #, so that a link shows what its sender saw: the place to go
  // to first, if any, then what parts of the page remember.
  const split = () => {
    const parts = location.hash.slice(1).split("&").filter(Boolean);
    const place = parts.length && !parts[0].includes("=") ? parts.shift() : "";
    return [place, parts.join("&")];
  };
  const readState = () => new URLSearchParams(split()[1]);
  const writeState = (changes) => {
    const state = readState();
    for (const [key, value] of Object.entries(changes)) {
      if (value) state.set(key, value); else state.delete(key);
    }
    const hash = [split()[0], state.toString()].filter(Boolean).join("&");
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  };

  /** Whether the reader asked for less motion. */
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** Hand a file made here to the reader. */
  const save = (name, type, content) => {
    const address = URL.createObjectURL(new Blob([content], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };

  window.counterpoise = { root, load, make, readState, writeState, calm, save };

  // ---- search --------------------------------------------------------------------------------------------------

  const FIELDS = ["title", "aliases", "summary"];
  let engine = null;
  let dialog = null;

  const startEngine = async () => {
    await Promise.all([load("assets/vendor/minisearch.min.js"), load("assets/search-index.js")]);
    engine = new window.MiniSearch({
      fields: FIELDS,
      storeFields: ["kind", "title", "summary", "href", "number"],
      searchOptions: { boost: { title: 4, aliases: 2 }, prefix: true, fuzzy: (term) => (term.length > 4 ? 0.2 : false) },
    });
    engine.addAll(window.counterpoiseIndex.map(([id, kind, title, summary, aliases, href, number]) => (
      { id, kind, title, summary, aliases, href, number })));
  };

  const ORDER = { question: 1.5, claim: 1.4, term: 1.1, person: 1.1 };

  const show = (query, list, status) => {
    list.replaceChildren();
    if (!query.trim()) { status.textContent = "Type a few words."; return; }
    const found = engine.search(query, { combineWith: "AND" });
    const hits = (found.length ? found : engine.search(query))
      .map((hit) => ({ ...hit, score: hit.score * (ORDER[hit.kind] || 1) }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, 30);
    status.textContent = hits.length ? `${hits.length === 30 ? "The best 30 hits" : hits.length === 1 ? "1 hit" : `${hits.length} hits`}` : "Nothing found. Try fewer or other words.";
    for (const hit of hits) {
      const link = make("a", { href: new URL(hit.href, root).href },
        make("span", { className: "kb-search__title", textContent: hit.title }),
        make("span", { className: "kb-search__meta", textContent: [hit.kind, hit.number].filter(Boolean).join(", ") }));
      list.append(make("li", {}, link));
    }
  };

  const openSearch = async () => {
    if (dialog === null) {
      const input = make("input", { type: "search", autocomplete: "off", spellcheck: false });
      input.setAttribute("aria-label", "Search claims, questions, evidence, sources and people");
      const close = make("button", { type: "button", textContent: "Close" });
      const status = make("p", { className: "kb-search__status", textContent: "Type a few words." });
      status.setAttribute("role", "status");
      const list = make("ol");
      const form = make("form", {}, input, close);
      form.setAttribute("role", "search");
      dialog = make("dialog", { className: "kb-search" }, form, status, list);
      dialog.setAttribute("aria-label", "Search");
      document.body.append(dialog);
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const first = list.querySelector("a");
        if (first) first.click();
      });
      input.addEventListener("input", () => { if (engine) show(input.value, list, status); });
      dialog.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        const stops = [input, ...list.querySelectorAll("a")];
        const at = stops.indexOf(document.activeElement);
        const next = stops[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)];
        next.focus();
      });
      dialog.showModal();
      input.focus();
      try {
        if (engine === null) await startEngine();
        show(input.value, list, status);
      } catch (error) {
        status.textContent = "The search index could not be loaded.";
      }
      return;
    }
    dialog.showModal();
    dialog.querySelector("input").select();
  };

  for (const link of document.querySelectorAll("[data-kb-search]")) {
    link.setAttribute("role", "button");
    link.addEventListener("click", (event) => { event.preventDefault(); openSearch(); });
    link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); openSearch(); } });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openSearch(); }
  });

  // ---- pictures ------------------------------------------------------------------------------------------------

  if (document.querySelector(".kb-figure > svg")) {
    load("assets/js/figure.js").then(() => { if (document.querySelector("[data-kb-figure=map]")) load("assets/js/map.js"); });
  }

  // ---- tables and outline -------------------------------------------------------------------------------------

  if (document.querySelector("[data-kb-filters=claims]")) load("assets/js/claims.js");
  if (document.querySelector("[data-kb-outline]")) load("assets/js/outline.js");
  if (document.querySelector("[data-kb-table]:not([data-kb-table=claims])")) load("assets/js/table.js");
  if (document.querySelector("[data-kb-whatif]")) load("assets/js/whatif.js");
  if (document.querySelector(".kb-tip")) load("assets/js/tips.js");

  // A jump inside the page opens what hides its target.
  const reveal = () => {
    let place = location.hash.slice(1).split("&")[0]; // what follows a & is the state of a part of the page
    try { place = decodeURIComponent(place); } catch { /* a % of another meaning */ }
    const target = place && document.getElementById(place);
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
