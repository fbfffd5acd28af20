// The outline's filters: words, topic, kind, credence, person, contested, with counter-evidence.  Each choice says how
// many records it leaves; the state is kept in the address.  Lines are read when somebody filters for the first time; in a
// large debate the page has the first ones alone, and the others come as a script then.
(() => {
  "use strict";

  const { load, plain, readState, writeState } = window.counterpoise;
  const OPENED = 300; // so many hits are unfolded at once; more stay folded, and are counted
  const outline = document.querySelector("[data-kb-outline]");
  const form = document.querySelector("[data-kb-filters=outline]");
  if (!outline || !form) return;
  const count = form.querySelector("output");
  const controls = [...form.elements].filter((control) => control.name);
  const selects = controls.filter((control) => control.tagName === "SELECT");
  for (const select of selects) for (const option of select.options) option.dataset.label = option.textContent;

  const FACETS = ["topic", "kind", "band", "person", "contested", "countered"];

  let lines = null;
  const read = () => {
    if (lines) return lines;
    lines = [...outline.querySelectorAll(".kb-branch")].map((element) => {
      const [kind, topic, band, contested, countered, people] = element.dataset.f.split("|");
      const link = element.querySelector("a");
      return { element, parent: null, id: link.getAttribute("href"), text: plain(link.textContent), kind, topic, band, contested, countered, people: people.split(" ") };
    });
    const of = new Map(lines.map((line) => [line.element, line]));
    for (const line of lines) line.parent = of.get(line.element.parentElement.closest(".kb-branch")) ?? null;
    return lines;
  };

  const given = () => Object.fromEntries(controls.map((control) => [control.name,
    control.type === "checkbox" ? (control.checked ? control.value : "") : control.value.trim()]));

  const place = (person) => form.elements.person?.querySelector(`option[value="${CSS.escape(person)}"]`)?.dataset.place;
  const holds = (line, facet, value) => (facet === "person" ? line.people.includes(place(value)) : line[facet] === value);

  /** What each choice of a facet would leave, the other facets as they are; a record counts once. */
  const tally = (facet, found, value) => {
    const ids = new Map();
    for (const line of found) {
      for (const key of facet === "person" ? line.people : [line[facet]]) {
        if (!key) continue;
        if (!ids.has(key)) ids.set(key, new Set());
        ids.get(key).add(line.id);
      }
    }
    const control = form.elements[facet];
    if (!control) return;
    if (control.type === "checkbox") {
      control.nextElementSibling.dataset.label ??= control.nextElementSibling.textContent;
      control.nextElementSibling.textContent = `${control.nextElementSibling.dataset.label} (${ids.get("1")?.size ?? 0})`;
      return;
    }
    for (const option of control.options) {
      if (!option.value) continue;
      const n = ids.get(facet === "person" ? option.dataset.place : option.value)?.size ?? 0;
      option.textContent = `${option.dataset.label} (${n})`;
      option.disabled = n === 0 && option.value !== value;
    }
  };

  /** Bring the lines that the page does not have. */
  let whole = outline.dataset.script === undefined;
  const complete = async () => {
    if (whole) return;
    await load(outline.dataset.script);
    if (whole) return; // somebody else was faster
    whole = true;
    for (const section of outline.children) {
      const all = document.createElement("template");
      all.innerHTML = window.counterpoiseOutline[section.dataset.topic]; // made and escaped with the pages
      section.querySelector("ul").replaceChildren(all.content);
      section.querySelector(":scope > .kb-hint")?.remove();
    }
  };

  const apply = async () => {
    await complete();
    const state = given();
    const words = plain(state.q).split(/\s+/).filter(Boolean);
    const said = words.length ? read().filter((line) => words.every((word) => line.text.includes(word))) : read();
    const set = FACETS.filter((facet) => state[facet]);
    for (const facet of FACETS) {
      const others = set.filter((other) => other !== facet);
      tally(facet, said.filter((line) => others.every((other) => holds(line, other, state[other]))), state[facet]);
    }
    const active = words.length > 0 || set.length > 0;
    const hits = said.filter((line) => set.every((facet) => holds(line, facet, state[facet])));
    const keep = new Set();
    const hit = new Set(hits);
    for (const line of hits) for (let at = line; at && !keep.has(at); at = at.parent) keep.add(at);
    for (const line of read()) {
      line.element.hidden = !keep.has(line);
      line.element.classList.toggle("kb-branch--hit", active && hit.has(line));
    }
    outline.classList.toggle("kb-outline--filtered", active);
    if (active && hits.length <= OPENED) {
      for (const line of hits) {
        for (let at = line.parent; at; at = at.parent) at.element.querySelector(":scope > details").open = true;
      }
    }
    for (const section of outline.children) section.hidden = !section.querySelector(".kb-branch:not([hidden])");
    const records = (found) => new Set(found.map((line) => line.id)).size.toLocaleString("en");
    count.textContent = active
      ? `${records(hits)} of ${records(read())} records${hits.length > OPENED ? "; unfold the lines to see them" : ""}`
      : `${records(read())} records`;
    writeState(state);
  };

  const restore = () => {
    const state = readState();
    for (const control of controls) {
      if (control.type === "checkbox") control.checked = state.get(control.name) === control.value;
      else control.value = state.get(control.name) ?? "";
    }
    return controls.some((control) => state.has(control.name));
  };

  form.hidden = false;
  if (restore()) apply();
  else if (whole) requestIdleCallback(() => { if (lines === null) apply(); }, { timeout: 2000 });
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", () => { restore(); apply(); });
  for (const button of form.querySelectorAll("[data-kb-unfold]")) {
    button.addEventListener("click", async () => {
      await complete();
      for (const details of outline.querySelectorAll("details")) details.open = button.dataset.kbUnfold === "1";
    });
  }
})();
