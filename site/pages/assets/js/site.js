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

  /** A text as searches and filters compare it: small letters without accents. */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const SVG = "http://www.w3.org/2000/svg";
  const shape = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  /** The small bar of kb/pages/bars.py, of text, credence, low, high, base rate and side. */
  const spark = ([, p, low, high, base, side]) => {
    const svg = shape("svg", { class: "kb-spark", viewBox: "0 0 96 16", width: 96, height: 16, "aria-hidden": "true" });
    const x = (at) => 6 + 84 * at;
    const line = (at, half, className) => shape("line", { x1: at, x2: at, y1: 8 - half, y2: 8 + half, class: className });
    svg.append(shape("line", { x1: 6, x2: 90, y1: 8, y2: 8, class: "kb-axis" }), line(x(0.5), 3, "kb-axis"));
    if (p !== null) {
      if (low !== null) svg.append(shape("rect", { x: x(low), width: x(high) - x(low), y: 4, height: 8, class: "kb-interval" }));
      const [a, b] = [x(base), x(p)].sort((m, n) => m - n);
      svg.append(shape("rect", { x: a, width: b - a, y: 6, height: 4, class: `kb-move kb-move--${side}` }),
        shape("circle", { cx: x(p), cy: 8, r: 4.5, class: `kb-dot kb-dot--${side}` }));
    }
    svg.append(line(x(base), 5, "kb-base"));
    return svg;
  };

  // ---- numbers in words, as kb/pages/words.py says them

  const DB = Math.log(10) / 10; // one deciban in nats
  const even = (x) => (Math.round(x) - x === 0.5 && Math.round(x) % 2 ? Math.round(x) - 1 : Math.round(x)); // as Python rounds
  const percent = (p) => {
    const x = 100 * p;
    const rare = Math.min(x, 100 - x);
    if (rare >= 1) return `${even(x)}%`;
    if (rare <= 0) return x <= 0 ? "0%" : "100%";
    if (rare < 0.1 - 1e-9) return x < 1 ? "under 0.1%" : "over 99.9%";
    const tenths = even(10 * rare);
    return `${(x < 1 ? tenths : 1000 - tenths) / 10}%`;
  };
  const factor = (nats) => {
    if (Math.abs(nats) < 5e-4) return "×1";
    const ratio = Math.exp(Math.abs(nats));
    return (nats > 0 ? "×" : "÷") + (ratio >= 100 ? ratio.toFixed(0) : String(Number(ratio.toPrecision(3))));
  };

  // ---- the Tab key

  /** Make one stop of the Tab key of what `find` gives in `root`; the left and right keys go through the others.  Returns what does so anew. */
  const rove = (root, find) => {
    const shown = () => find().filter((one) => one.getClientRects().length);
    const stop = (on) => { for (const one of find()) one.tabIndex = one === on ? 0 : -1; };
    root.addEventListener("focusin", ({ target }) => { if (find().includes(target)) stop(target); });
    root.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const all = shown();
      const at = all.indexOf(event.target);
      if (!step || at < 0 || event.altKey) return;
      event.preventDefault();
      all[at + step]?.focus();
    });
    const first = () => stop(shown()[0] ?? find()[0]);
    first();
    return first;
  };

  // A table that fits has nothing to scroll.
  const fits = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const box = target.closest(".kb-scroll");
      box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
    }
  });
  for (const part of document.querySelectorAll(".kb-scroll, .kb-scroll > *")) fits.observe(part);

  window.counterpoise = { root, load, make, plain, rove, spark, readState, writeState, calm, save, percent, factor, DB };

  // ---- search --------------------------------------------------------------------------------------------------

  // The box opens at once, so that nothing typed is lost; what it needs to find anything comes on first use.
  let dialog = null;
  const openSearch = () => {
    if (dialog === null) {
      const input = make("input", { type: "search", autocomplete: "off", spellcheck: false, placeholder: "Claims, evidence, sources, people, terms" });
      input.setAttribute("aria-label", "Search claims, questions, evidence, sources and people");
      const close = make("button", { type: "button", textContent: "Close" });
      const status = make("p", { className: "kb-search__status", textContent: "Type a few words." });
      status.setAttribute("role", "status");
      const form = make("form", {}, input, close);
      form.setAttribute("role", "search");
      dialog = make("dialog", { className: "kb-search" }, form, status, make("ol"));
      dialog.setAttribute("aria-label", "Search");
      document.body.append(dialog);
      form.addEventListener("submit", (event) => event.preventDefault());
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      dialog.addEventListener("close", () => writeState({ search: "" }));
      input.addEventListener("keydown", (event) => { // one press closes, where a browser would only empty the field
        if (event.key === "Escape") { event.preventDefault(); dialog.close(); }
      });
      load("assets/js/search.js").catch(() => { status.textContent = "The search could not be loaded."; });
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
  const asked = readState().get("search");
  if (asked) { openSearch(); dialog.querySelector("input").value = asked; }

  // ---- pictures ------------------------------------------------------------------------------------------------

  if (document.querySelector(".kb-figure > svg")) {
    load("assets/js/figure.js").then(() => { if (document.querySelector("[data-kb-figure=map]")) load("assets/js/map.js"); });
  }

  // ---- adding in place -----------------------------------------------------------------------------------------

  // The form comes when somebody asks for it, or left a draft on this page; without it the links lead where they say.
  const asks = document.querySelectorAll("[data-kb-add]");
  const withForm = () => load("assets/js/add/add.js");
  for (const link of asks) {
    const { kbAdd: mode, kbTo: to, kbFrom: from, kbQuestion: question } = link.dataset;
    const open = (event) => {
      event.preventDefault();
      withForm().then(() => window.counterpoise.add({ mode, to: to.split(" "), from, question }), () => { location.href = link.href; });
    };
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) open(event); });
    link.addEventListener("keydown", (event) => { if (event.key === " ") open(event); });
  }
  let draft = null;
  try { draft = asks.length && sessionStorage.getItem(`kb-add ${location.pathname}`); } catch { /* a browser that keeps nothing */ }
  if (draft) withForm();

  // ---- tables and outline -------------------------------------------------------------------------------------

  if (document.querySelector("[data-kb-filters][data-script]")) load("assets/js/rows.js");
  if (document.querySelector("[data-kb-choose]")) load("assets/js/choose.js");
  if (document.querySelector("[data-kb-outline]")) load("assets/js/outline.js");
  if (document.querySelector("[data-kb-whatif]")) load("assets/js/whatif.js");
  if (document.querySelector(".kb-tip")) load("assets/js/tips.js");

  // On a phone rows of these tables are blocks, and some browsers then forget that they are a table.
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const table of document.querySelectorAll("table.kb-stackable")) {
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")]) {
      part.setAttribute("role", ROLES[part.tagName] || (part.closest("thead") ? "columnheader" : "rowheader"));
    }
  }

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
