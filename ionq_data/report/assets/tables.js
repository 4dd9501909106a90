// Tables: sort by a column, follow the filters, show the first rows or all.
const FILTERS = Object.keys(filters);

function valueOf(row, column, isNumber) {
  const text = row.cells[column].dataset.value;
  if (text === "") return null;
  return isNumber ? Number(text) : text;
}

// What is missing comes last in either direction.
function compare(a, b, direction) {
  if (a === null || b === null) return (a === null) - (b === null);
  return direction * (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
}

function sortBy(table, heading) {
  const column = heading.cellIndex;
  const isNumber = heading.classList.contains("number");
  const first = isNumber ? "descending" : "ascending";
  const order = heading.ariaSort === first ? (first === "ascending" ? "descending" : "ascending") : first;
  for (const other of table.tHead.rows[0].cells) other.ariaSort = other === heading ? order : "none";
  const direction = order === "ascending" ? 1 : -1;
  const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, column, isNumber), row]);
  rows.sort(([a], [b]) => compare(a, b, direction));
  table.tBodies[0].append(...rows.map(([, row]) => row));
  refreshTable(table);
}

function passes(row) {
  return FILTERS.every((filter) => {
    const value = row.dataset[filter];
    if (value === undefined) return true;
    return lets(filter, filter === "period" ? Date.parse(value) : value);
  });
}

function refreshTable(table) {
  const block = table.closest(".block");
  const [more, count] = [block.querySelector(".more button"), block.querySelector(".count")];
  const rows = [...table.tBodies[0].rows];
  const passing = new Set(rows.filter(passes));
  const limit = table.dataset.all ? Infinity : Number(table.dataset.shown);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !passing.has(row);
    row.classList.toggle("beyond", !row.hidden && shown >= limit);
    if (!row.hidden) shown += 1;
  }
  const visible = Math.min(limit, passing.size);
  more.hidden = passing.size <= Number(table.dataset.shown);
  more.textContent = table.dataset.all ? "Show fewer" : `Show all ${passing.size.toLocaleString("en")}`;
  const whole = passing.size === rows.length ? "" : `, of ${rows.length.toLocaleString("en")} in all`;
  count.textContent = passing.size ? `${visible.toLocaleString("en")} of ${passing.size.toLocaleString("en")} rows${whole}` : "Nothing matches the filters.";
}

function refreshTables() {
  document.querySelectorAll("table[data-mart]").forEach(refreshTable);
}

function startTables() {
  for (const table of document.querySelectorAll("table[data-mart]")) {
    for (const heading of table.tHead.rows[0].cells) {
      heading.querySelector("button").addEventListener("click", () => sortBy(table, heading));
    }
    table.closest(".block").querySelector(".more button").addEventListener("click", () => {
      table.dataset.all = table.dataset.all ? "" : "yes";
      refreshTable(table);
    });
  }
  refreshTables();
}
