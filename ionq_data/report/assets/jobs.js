// The jobs behind a figure. A selection is an address (#jobs?on=ended&from=…), so that it can be sent to somebody.
const ADDRESS = "#jobs?";
const CONDITIONS = ["organization", "project", "shown", "series", "submitter", "who", "backend", "failure", "failure_code", "weekday", "hour"];
const WORDS = { shown: "project", series: "project", who: "submitter", failure_code: "failure" };
const FAILURES = ["failure", "failure_code"];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FIRST_JOBS = 100;
const isoDate = (time) => new Date(time).toISOString().slice(0, 10);
const inAddress = (time) => new Date(time).toISOString().replace("T00:00:00.000Z", "");

// The address of the jobs behind a mark; nothing where the mark says not enough, as one of a legend.
function addressOf(chart, datum) {
  const { on, since, span, days, fields } = chart.jobs;
  if ([...Object.values(fields), ...(since ? [since] : [])].some((name) => (datum[name] ?? null) === null)) return null;
  const grain = { bucket: () => grainOf(chart.sources[0].bucket), grain: () => datum.grain }[span]?.() ?? span;
  const now = Date.parse(report.as_of);
  const from = since ? datum[since] : days ? now - days * DAY : bucketStart(periodStart(), grain);
  const until = since ? bucketEnd(from, grain) : days ? now : TODAY + DAY;
  const selection = new URLSearchParams({ on, from: inAddress(from), until: inAddress(until) });
  const acted = Object.keys(report.datasets[chart.sources[0].dataset].filters);
  for (const [filter, column] of [["organization", "organization"], ["project", "shown"], ["backend", "backend"]]) {
    if (filters[filter] && acted.includes(filter)) selection.set(column, filters[filter]);
  }
  for (const [column, name] of Object.entries(fields)) selection.set(column, datum[name]);
  return ADDRESS + selection;
}

// A click leads to the jobs, the end of a drag does not.
function leadToJobs(plot, chart, view) {
  let from = [0, 0];
  plot.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; });
  view.addEventListener("click", (event, item) => {
    const address = item?.datum && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 5 && addressOf(chart, item.datum);
    if (address) location.hash = address;
  });
}

function facetsOf(job) {
  const submitted = new Date(job.submitted_minute * 60000);
  return { ...job, weekday: ((submitted.getUTCDay() + 6) % 7) + 1, hour: submitted.getUTCHours() };
}

function jobsOf(selection) {
  const [from, until] = ["from", "until"].map((name) => Date.parse(selection.get(name) ?? ""));
  const wanted = CONDITIONS.filter((name) => selection.has(name));
  const isOfFailures = FAILURES.some((name) => selection.has(name));
  return rowsOf("jobs").map(facetsOf).filter((job) => {
    if (job.is_failure_alone && !isOfFailures) return false; // a part of a job, or a simulator's: only a failure counts it
    if (job.is_in_session && selection.get("on") === "submitted") return false; // it waits in its session's own queue
    const date = selection.get("on") === "submitted" ? job.submitted_minute * 60000 : job.ended;
    return date >= from && date < until && wanted.every((name) => String(job[name]) === selection.get(name));
  }).sort((a, b) => (b.cost ?? -1) - (a.cost ?? -1) || (b.wait ?? -1) - (a.wait ?? -1));
}

function wordsOf(selection) {
  const [first, last] = [isoDate(Date.parse(selection.get("from"))), isoDate(Date.parse(selection.get("until")) - 1)];
  const when = `${selection.get("on") === "submitted" ? "Submitted" : "Ended"} ${first === last ? `on ${first}` : `from ${first} to ${last}`}`;
  const which = CONDITIONS.filter((name) => selection.has(name)).map((name) => {
    const value = selection.get(name);
    if (name === "weekday") return WEEKDAYS[Number(value) - 1] ?? value;
    return name === "hour" ? `${value}:00 UTC` : `${WORDS[name] ?? name} ${value}`;
  });
  return [when, ...which].join(" · ");
}

const inMoney = (amount, currency) => {
  const digits = amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return currency === "USD" ? `$${digits}` : `${digits} ${currency ?? ""}`.trim();
};

function inTime(seconds) {
  if (seconds === null) return "–";
  const [size, unit] = [[86400, "d"], [3600, "h"], [120, "min"]].find(([least]) => seconds >= least) ?? [1, "s"];
  return unit === "s" ? `${seconds} s` : `${(seconds / (unit === "min" ? 60 : size)).toFixed(1)} ${unit}`;
}

function totalOf(jobs) {
  const sums = new Map();
  for (const { cost, currency } of jobs) if (cost !== null) sums.set(currency, Math.round(((sums.get(currency) ?? 0) + cost) * 1e6) / 1e6);
  return [`${jobs.length.toLocaleString("en")} ${jobs.length === 1 ? "job" : "jobs"}`, ...[...sums].map(([unit, sum]) => inMoney(sum, unit))].join(", ");
}

// What the page does not carry, and how to get it all.
function noteOf(selection, jobs) {
  const { length } = rowsOf("jobs");
  const total = length ? rowsOf("jobs")[0].total : 0;
  if (total > length) {
    const date = selection.get("on") === "submitted" ? "submitted_at" : "coalesce(completed_at, started_at, submitted_at)";
    return `There may be more: this page carries ${length.toLocaleString("en")} of ${total.toLocaleString("en")} jobs, the dearest of each day. ` +
      `All of these days: ionq-data sql "from fct_jobs where ${date}::date >= '${isoDate(Date.parse(selection.get("from")))}' and ${date}::date < '${isoDate(Date.parse(selection.get("until")) + DAY - 1)}'"`;
  }
  return jobs.length ? "" : "No job stands behind this: it is what a usage report charges and no job accounts for, or the selection is empty.";
}

function cellsOf(job) {
  const submitted = new Date(job.submitted_minute * 60000).toISOString().slice(0, 16).replace("T", " ");
  const percent = (value, digits) => (value === null ? "–" : `${(100 * value).toFixed(digits)} %`);
  return [
    job.name ?? "–", job.project, job.submitter, job.backend, job.failure_code ?? job.status, submitted, inTime(job.wait),
    job.cost === null ? "–" : inMoney(job.cost, job.currency),
    job.calibration === null ? "–" : `${job.calibration}…`, job.calibration_age === null ? "–" : `${job.calibration_age} h`,
    percent(job.fidelity_2q, 3), percent(job.success, 1), job.id,
  ];
}

function fillJobs(dialog, jobs, most) {
  const body = dialog.querySelector("tbody");
  body.replaceChildren(...jobs.slice(0, most).map((job) => {
    const row = document.createElement("tr");
    row.dataset.job = job.id;
    row.append(...cellsOf(job).map((text, at) => {
      const cell = document.createElement("td");
      const words = document.createElement("bdi"); // names are text, whatever they hold
      words.textContent = text;
      cell.className = at === 12 ? "id" : at >= 6 ? "number" : "";
      cell.append(words);
      return cell;
    }));
    return row;
  }));
  const more = dialog.querySelector("[data-more]");
  more.hidden = jobs.length <= most;
  more.textContent = `Show all ${jobs.length.toLocaleString("en")}`;
  more.onclick = () => fillJobs(dialog, jobs, Infinity);
}

function showJobs() {
  const dialog = document.getElementById("jobs");
  const selection = new URLSearchParams(location.hash.slice(ADDRESS.length));
  const isSelection = location.hash.startsWith(ADDRESS) && ["from", "until"].every((name) => Date.parse(selection.get(name) ?? ""));
  if (!isSelection) return dialog.open && dialog.close();
  const jobs = jobsOf(selection);
  dialog.querySelector("[data-selection]").textContent = wordsOf(selection);
  dialog.querySelector("[data-total]").textContent = totalOf(jobs);
  dialog.querySelector("[data-note]").textContent = noteOf(selection, jobs);
  fillJobs(dialog, jobs, FIRST_JOBS);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

function startJobs() {
  const dialog = document.getElementById("jobs");
  dialog.addEventListener("close", () => {
    if (location.hash.startsWith(ADDRESS)) history.replaceState(null, "", location.href.split("#")[0]);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }); // beside it
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  addEventListener("hashchange", showJobs);
  showJobs();
}
