// Draw each chart when it comes into view or when there is time, and give it new rows when a filter changes.
const views = new Map();
const drawing = new Map();
const PAUSE = 150; // milliseconds of drawing between two moments at which the reader's clicks and scrolling are heard

function draw(plot) {
  const name = plot.dataset.chart;
  if (!drawing.has(name)) drawing.set(name, embed(plot, name).catch((error) => giveUp(plot, error)));
  return drawing.get(name);
}

// One chart that cannot be drawn is no reason to lose the others.
function giveUp(plot, error) {
  console.error(error);
  const note = plot.closest("figure").querySelector(".empty");
  note.textContent = "This chart could not be drawn by this browser; its figures are in the mart named below.";
  note.hidden = false;
  plot.hidden = true;
}

async function embed(plot, name) {
  const chart = report.charts[name];
  const spec = structuredClone(chart.spec);
  spec.datasets = rowsByDataset(chart);
  // Where fingers scroll the page, a chart must not take the gesture.
  if (matchMedia("(pointer: coarse)").matches) dropZoom(spec);
  const result = await vegaEmbed(plot, spec, {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    logLevel: 1, // errors only: an empty chart is no reason for a warning: the page says it in words
    ast: true, // expressions are interpreted: the page's policy forbids making code from text
    config: report.config,
    tooltip: { disableDefaultStyle: true, theme: "page" },
  });
  plot.style.minHeight = "";
  // The plot says in words what it shows; what is drawn in it has no words for a screen reader.
  plot.querySelector("svg").setAttribute("aria-hidden", "true");
  views.set(name, result.view);
  if (chart.jobs) leadToJobs(plot, chart, result.view);
  describe(plot, chart, spec.datasets);
}

function dropZoom(spec) {
  for (const part of [spec, ...(spec.layer ?? [])]) {
    if (part.params) part.params = part.params.filter((param) => param.name !== "zoom");
  }
}

function rowsByDataset(chart) {
  return Object.fromEntries(chart.sources.map((source) => [source.dataset, rowsFor(source)]));
}

// Say what the period and the grain are now, and whether anything is left to see.
function describe(plot, chart, datasets) {
  const figure = plot.closest("figure");
  const [first] = chart.sources;
  const isEmpty = datasets[first.dataset].length === 0;
  plot.hidden = isEmpty;
  figure.querySelector(".empty").hidden = !isEmpty;
  const grain = first.grains ? grainOf({ coarsest: "week" }) : first.bucket && grainOf(first.bucket);
  if (grain) figure.querySelector("[data-grain]").textContent = `, per ${grain}`;
}

async function refreshCharts() {
  for (const figure of document.querySelectorAll("figure[data-backend]")) {
    figure.hidden = !lets("backend", figure.dataset.backend);
  }
  await Promise.all([...drawing.values()]);
  await Promise.all([...views].map(([name, view]) => refresh(name, view)));
  dispatchEvent(new Event("resize")); // what was hidden had no width
}

async function refresh(name, view) {
  const chart = report.charts[name];
  const datasets = rowsByDataset(chart);
  describe(document.querySelector(`[data-chart="${name}"]`), chart, datasets);
  for (const [dataset, rows] of Object.entries(datasets)) view.data(dataset, rows);
  await view.runAsync();
}

// Paper is narrower than most windows: lay the page out for it and give each chart its new width before it is printed.
function startPaper() {
  addEventListener("beforeprint", () => {
    document.documentElement.classList.add("paper");
    document.querySelectorAll("details.further").forEach((details) => { details.open = true; }); // paper has no clicks
    for (const [name, view] of views) {
      const { clientWidth } = document.querySelector(`[data-chart="${name}"]`);
      if (clientWidth) view.signal("width", clientWidth).run();
    }
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper");
    dispatchEvent(new Event("resize"));
  });
}

async function drawAll() {
  const plots = [...document.querySelectorAll("[data-chart]")];
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "300px" });
  plots.forEach((plot) => seen.observe(plot));
  let paused = 0;
  for (const plot of plots) {
    if (performance.now() - paused > PAUSE) {
      await new Promise((resolve) => setTimeout(resolve));
      paused = performance.now();
    }
    await draw(plot);
  }
  seen.disconnect();
  document.documentElement.dataset.drawn = plots.length;
}
