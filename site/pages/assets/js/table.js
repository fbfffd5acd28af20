// Tables that sort by a click on a column's head.  The state is kept in the address after the #.  The table of all
// claims has a script of its own.
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
    const wanted = readState().get("sort");
    if (wanted) {
      const column = heads.findIndex((head) => head.dataset.key === wanted.replace(/^-/, ""));
      if (column >= 0) sort(table, column, wanted.startsWith("-"));
    }
  }
})();
