// Search, sort and the theme's switch. Without this file every page can still be read.
(() => {
  "use strict";

  const THEMES = ["auto", "light", "dark"];

  function themeSwitch() {
    const button = document.getElementById("theme");
    const root = document.documentElement;
    let now = root.dataset.theme || "auto";
    const show = () => { button.textContent = `Theme: ${now}`; };
    button.addEventListener("click", () => {
      now = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
      if (now === "auto") delete root.dataset.theme;
      else root.dataset.theme = now;
      try { localStorage.setItem("theme", now); } catch { /* Kept for this page only. */ }
      show();
    });
    show();
    button.hidden = false;
  }

  // What a cell is sorted by: a number, a text, or nothing at all, which is unknown.
  function keyOf(row, column) {
    const given = row.cells[column].dataset.s;
    if (given === undefined) return null;
    const number = Number(given);
    return Number.isNaN(number) ? given : number;
  }

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), "en");
  }

  function sortBy(table, column, descending) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row, index) => ({ row, index, key: keyOf(row, column) }));
    rows.sort((one, other) => {
      if (one.key === null || other.key === null) {
        return (one.key === null) - (other.key === null) || one.index - other.index;
      }
      const order = compare(one.key, other.key);
      return (descending ? -order : order) || one.index - other.index;
    });
    body.append(...rows.map((one) => one.row));
  }

  function sortable(table) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        // Numbers begin with the most, names with A.
        const descending = before ? before === "ascending" : head.classList.contains("n");
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sortBy(table, column, descending);
      });
      head.append(button);
    });
  }

  const folded = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[-_\s]+/g, " ").toLowerCase();

  function searchable(input) {
    const rows = Array.from(document.getElementById(input.dataset.for).tBodies[0].rows);
    const names = rows.map(({ cells: [first] }) => [first.textContent, ...(first.dataset.also ?? "").split("|")].map(folded));
    const said = input.parentElement.querySelector("output");
    input.addEventListener("input", () => {
      const wanted = folded(input.value.trim());
      let found = 0;
      rows.forEach((row, index) => {
        row.hidden = !names[index].some((name) => name.includes(wanted));
        if (!row.hidden) found += 1;
      });
      const told = found ? `${found} of ${rows.length}` : input.dataset.none;
      said.textContent = wanted ? told : "";
    });
    input.parentElement.hidden = false;
  }

  themeSwitch();
  document.querySelectorAll("table[data-sortable]").forEach(sortable);
  document.querySelectorAll("input[data-for]").forEach(searchable);
})();
