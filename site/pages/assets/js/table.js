// Tables that sort by a click on a column's head, and that a box of words filters where the page has one.  The state is
// kept in the address after the #.  The table of all claims has a script of its own.
(() => {
  "use strict";

  const { readState, writeState } = window.counterpoise;
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;

  const sort = (table, column, descending) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, place) => ({ row, place, by: value(row, column) }));
    const numeric = rows.every(({ by }) => by === "" || !Number.isNaN(Number(by)));
    rows.sort((a, b) => {
      if ((a.by === "") !== (b.by === "")) return a.by === "" ? 1 : -1; // what has no number stays at the end
      const order = numeric ? Number(a.by) - Number(b.by) : collator.compare(a.by, b.by);
      return (descending ? -order : order) || a.place - b.place;
    });
    body.append(...rows.map(({ row }) => row));
    for (const [i, cell] of [...table.tHead.rows[0].cells].entries()) {
      if (i === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  };

  // ---- words ---------------------------------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const filters = (table, form) => {
    const rows = [...table.tBodies[0].rows];
    const count = form.querySelector("output");
    const all = count.textContent;
    const { q } = form.elements;
    let texts = null; // read when somebody filters for the first time
    const show = () => {
      const words = plain(q.value).split(/\s+/).filter(Boolean);
      if (words.length) texts ??= rows.map((row) => plain(row.textContent));
      let shown = 0;
      rows.forEach((row, i) => {
        const hit = words.every((word) => texts[i].includes(word));
        shown += hit;
        if (row.hidden === hit) row.hidden = !hit;
      });
      count.textContent = words.length ? `${shown} of ${all}` : all;
    };
    q.value = readState().get("q") || "";
    if (q.value) show();
    form.addEventListener("input", () => { show(); writeState({ q: q.value.trim() }); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => { q.value = ""; show(); writeState({ q: "" }); });
    form.hidden = false;
  };

  for (const table of document.querySelectorAll("[data-kb-table]:not([data-kb-table=claims])")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "kb-sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const descending = now ? now === "ascending" : head.classList.contains("kb-n");
        sort(table, column, descending);
        writeState({ sort: (descending ? "-" : "") + head.dataset.key });
      });
    });
    const form = document.querySelector(`[data-kb-filters=${table.dataset.kbTable}]`);
    if (form && table.tBodies[0].rows.length > 1) filters(table, form);
    const wanted = readState().get("sort");
    if (wanted) {
      const column = heads.findIndex((head) => head.dataset.key === wanted.replace(/^-/, ""));
      if (column >= 0) sort(table, column, wanted.startsWith("-"));
    }
  }
})();
