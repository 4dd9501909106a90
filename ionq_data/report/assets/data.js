// The embedded data sets, as rows, and which of them the filters let through.
const report = JSON.parse(document.getElementById("report-data").textContent);
const DAY = 86400000;
const TODAY = Date.parse(report.today);
const filters = { organization: "", currency: "", project: "", backend: "", period: "" };

const IS_TIME = /^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/;

function unpackRuns(values) {
  if (Array.isArray(values)) return values;
  const unpacked = [];
  for (let at = 0; at < values.runs.length; at += 2) {
    for (let count = values.runs[at + 1]; count > 0; count--) unpacked.push(values.runs[at]);
  }
  return unpacked;
}

// A column is values, or words and positions among them; either may say how often in a row a value stands there.
// Times become milliseconds since 1970, UTC.
function unpackColumn(column) {
  if (!column.words) return unpackRuns(column);
  const present = column.words.filter((word) => word !== null);
  const words = present.every((word) => IS_TIME.test(word))
    ? column.words.map((word) => (word === null ? null : Date.parse(word)))
    : column.words;
  return unpackRuns(column.at).map((position) => words[position]);
}

const unpacked = new Map();

function rowsOf(name) {
  if (!unpacked.has(name)) {
    const columns = Object.entries(report.datasets[name].columns).map(([key, column]) => [key, unpackColumn(column)]);
    const length = columns.length ? columns[0][1].length : 0;
    const rows = Array.from({ length }, (_, row) => Object.fromEntries(columns.map(([key, values]) => [key, values[row]])));
    unpacked.set(name, rows);
  }
  return unpacked.get(name);
}

function periodStart() {
  return filters.period ? TODAY - (Number(filters.period) - 1) * DAY : Date.parse(report.since);
}

// A row without a currency (no price) belongs to every currency; without any other value it belongs to none.
function lets(filter, value) {
  if (filter === "period") return !filters.period || (value !== null && value >= periodStart());
  return !filters[filter] || value === filters[filter] || (filter === "currency" && !value);
}

function rowsFor(source) {
  const columns = Object.entries(report.datasets[source.dataset].filters);
  const where = Object.entries(source.where);
  const rows = rowsOf(source.dataset).filter(
    (row) => where.every(([key, value]) => row[key] === value) && columns.every(([filter, key]) => lets(filter, row[key])),
  );
  if (source.grains) return rows.filter((row) => row.grain === grainOf({ coarsest: "week" }));
  return source.bucket ? bucketed(rows, source.bucket) : rows;
}

function grainOf(bucket) {
  if (bucket.grain) return bucket.grain[0];
  const days = (TODAY - periodStart()) / DAY;
  if (days <= 45) return "day";
  return days <= 200 || bucket.coarsest === "week" ? "week" : "month";
}

function bucketStart(time, grain) {
  const date = new Date(time);
  if (grain === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return grain === "week" ? time - ((date.getUTCDay() + 6) % 7) * DAY : time;
}

function bucketEnd(start, grain) {
  const date = new Date(start);
  if (grain === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return start + (grain === "week" ? 7 : 1) * DAY;
}

function bucketText(start, grain) {
  const options = grain === "month" ? { month: "long", year: "numeric" } : { day: "numeric", month: "short", year: "numeric" };
  const text = new Date(start).toLocaleDateString("en-GB", { ...options, timeZone: "UTC" });
  return grain === "week" ? `Week of ${text}` : text;
}

// Sum rows per day, week or month. Sums are rounded to the six decimals that money has.
function bucketed(rows, bucket) {
  const grain = grainOf(bucket);
  const sums = new Map();
  for (const row of rows) {
    const start = bucketStart(row.date, grain);
    const key = JSON.stringify([start, ...bucket.by.map((name) => row[name])]);
    if (!sums.has(key)) {
      const end = bucketEnd(start, grain);
      const sum = { bucket: start, bucket_end: end - (end - start) * 0.12, bucket_text: bucketText(start, grain) };
      for (const name of bucket.by) sum[name] = row[name];
      for (const name of bucket.sum) sum[name] = 0;
      sums.set(key, sum);
    }
    const sum = sums.get(key);
    for (const name of bucket.sum) sum[name] = Math.round((sum[name] + (row[name] ?? 0)) * 1e6) / 1e6;
  }
  return [...sums.values()];
}
