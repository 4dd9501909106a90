// The filters: what they are set to, and who has to know.
const controls = document.getElementById("controls");

function readFilters() {
  for (const select of controls.querySelectorAll("select")) filters[select.name] = select.value;
}

function showFilters() {
  const chosen = [...controls.querySelectorAll("select")].filter((select) => select.selectedIndex > 0);
  const words = chosen.map((select) => select.selectedOptions[0].textContent);
  document.getElementById("filters-active").textContent = words.length ? `: ${words.join(" · ")}` : "";
  const format = (time) => new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const period = `${format(periodStart())} – ${format(TODAY)}`;
  document.querySelectorAll("[data-shows=period]").forEach((span) => { span.textContent = period; });
  if (filters.currency) document.querySelectorAll("[data-shows=currency]").forEach((span) => { span.textContent = filters.currency; });
}

function applyFilters() {
  readFilters();
  showFilters();
  refreshTables();
  return refreshCharts();
}

function startFilters() {
  const panel = document.getElementById("filters");
  panel.open = matchMedia("(min-width: 900px)").matches;
  controls.addEventListener("change", applyFilters);
  controls.addEventListener("reset", () => setTimeout(applyFilters));
  controls.addEventListener("submit", (event) => event.preventDefault());
  readFilters();
  showFilters();
}
