// Where to run a circuit: the rules of `ionq-data plan` (placement/choice.py), over the facts that the page holds.
const calculator = document.getElementById("calculator");
const DECIMALS = 10; // those of a price of the API
const ONE = 10n ** BigInt(DECIMALS);
const HOURS_OF_A_WEEK = 168;

// A price as a whole number of its last decimals, so that a sum is exact.
function exact(text) {
  const [whole, part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(DECIMALS, "0"));
}

const toCents = (amount) => Number((amount * 100n + ONE / 2n) / ONE);

function priceOf(facts, asked) {
  const rate = facts.rates[asked.debias ? "debiased" : "plain"];
  if (!rate) return {};
  if (rate.gate_1q !== null && rate.gate_2q !== null) {
    const byGates = BigInt(asked.shots) * (BigInt(asked.gates_1q) * exact(rate.gate_1q) + BigInt(asked.gates_2q) * exact(rate.gate_2q));
    const least = exact(rate.minimum ?? "0");
    return { cents: toCents(byGates > least ? byGates : least), currency: rate.currency };
  }
  const times = [facts.gate_1q_seconds, facts.gate_2q_seconds, facts.readout_seconds, facts.reset_seconds];
  if (rate.second === null || times.includes(null)) return {};
  const [of1q, of2q, readout, reset] = times;
  const seconds = asked.shots * (asked.gates_1q * of1q + asked.gates_2q * of2q + readout + reset);
  return { cents: Math.round(Number(rate.second) * seconds * rate.billed_share * 100), currency: rate.currency, isEstimated: true };
}

function successOf(facts, asked) {
  const fidelities = [facts.fidelity_1q, facts.fidelity_2q, facts.fidelity_spam];
  if (fidelities.includes(null)) return null;
  const [of1q, of2q, ofSpam] = fidelities;
  return of1q ** asked.gates_1q * of2q ** asked.gates_2q * ofSpam ** asked.qubits;
}

// Where 95 % of such jobs come out, the wider the older the calibration: the rule of fct_jobs.
function bandOf(held, success, ageHours) {
  if (!held || held.margin_of_a_job === null) return null;
  const usual = held.calibration_age_hours ?? 0;
  const margin = held.margin_of_a_job * (ageHours > usual && usual > 0 ? Math.sqrt(ageHours / usual) : 1);
  return [Math.max(success + held.shift - margin, 0), Math.min(success + held.shift + margin, 1)];
}

function comesOut(facts, asked, success, now) {
  const held = success === null ? null : facts.held[asked.debias ? "debiased" : "plain"][Math.min(Math.floor(success * 10), 9)];
  const ageHours = facts.measured_at === null ? 0 : (now - new Date(facts.measured_at)) / 3600000;
  return { jobs: held?.jobs ?? null, observed: held?.observed ?? null, band: bandOf(held, success, ageHours) };
}

// Waits lie by hour of the week, Monday's first.
function hourOfWeek(time) {
  return ((time.getUTCDay() + 6) % 7) * 24 + time.getUTCHours();
}

function bestHour(facts, now) {
  const hours = [...Array(HOURS_OF_A_WEEK - 1).keys()].map((n) => n + 1);
  const waitAt = (n) => facts.p50_seconds[(hourOfWeek(now) + n) % HOURS_OF_A_WEEK];
  const best = hours.filter((n) => waitAt(n) !== null).reduce((a, b) => (a === null || waitAt(b) < waitAt(a) ? b : a), null);
  const current = facts.p50_seconds[hourOfWeek(now)];
  if (best === null || (current !== null && waitAt(best) >= current)) return null;
  return { at: new Date(Math.floor(now / 3600000) * 3600000 + best * 3600000), seconds: waitAt(best) };
}

function whyNot(facts, asked, option) {
  const obstacles = [];
  if (facts.status !== "available") obstacles.push(facts.status ?? "status not known");
  if (facts.has_access === false) obstacles.push("no access with this key");
  if (facts.qubits !== null && facts.qubits < asked.qubits) obstacles.push(`only ${facts.qubits} qubits`);
  if (asked.debias && facts.supported_error_mitigations && !facts.supported_error_mitigations.includes("debias")) obstacles.push("no debiasing");
  return obstacles.join(", ") || (option.success === null ? "success not known" : "");
}

function optionOf(facts, asked, now) {
  const success = successOf(facts, asked);
  const { cents = null, currency = null, isEstimated = false } = priceOf(facts, asked);
  const option = {
    backend: facts.backend, success, came: comesOut(facts, asked, success, now), cents, currency, isEstimated,
    centsPerSuccess: cents && success ? Math.round(cents / success) : null,
    p50: facts.p50_seconds[hourOfWeek(now)], p90: facts.p90_seconds[hourOfWeek(now)], best: bestHour(facts, now),
  };
  return { ...option, rejected: whyNot(facts, asked, option) };
}

// The least cost per expected success; where no price tells, the greatest expected success.
function adviceOf(options) {
  const fitting = options.filter((option) => !option.rejected);
  if (!fitting.length) return { reason: options.length ? "Nothing fits." : "No QPU is known yet." };
  const priced = fitting.filter((option) => option.centsPerSuccess !== null);
  const currencies = new Set(priced.map((option) => option.currency));
  if (priced.length < fitting.length || currencies.size > 1) {
    const choice = fitting.reduce((a, b) => (b.success > a.success ? b : a));
    const why = currencies.size > 1 ? "the prices are in several currencies" : "not every price is known";
    return { choice, reason: `Run it on ${choice.backend}: it has the greatest expected success (${why}).` };
  }
  const isBetter = (a, b) => a.centsPerSuccess - b.centsPerSuccess || b.success - a.success;
  const choice = fitting.reduce((a, b) => (isBetter(b, a) < 0 ? b : a));
  const only = fitting.length === 1 ? "the only backend that fits" : "the least cost per expected success";
  return { choice, reason: `Run it on ${choice.backend}: ${only} (${inAmount(choice.centsPerSuccess, choice.currency)}).` };
}

function inAmount(cents, currency) {
  if (cents === null) return "–";
  return `${(cents / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`;
}

function inDuration(seconds) {
  if (seconds === null) return "–";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86400).toFixed(1)} d`;
}

function inShares({ jobs, observed, band }) {
  if (jobs === null) return "–";
  const percent = (share) => `${Math.round(share * 100)}%`;
  const said = band ? `${percent(band[0])} to ${percent(band[1])}` : percent(observed);
  return `${said}, ${jobs.toLocaleString("en")} job${jobs > 1 ? "s" : ""}`;
}

function offerOf(option) {
  const best = option.best && `${WEEKDAYS[(option.best.at.getUTCDay() + 6) % 7].slice(0, 3)} ${option.best.at.toISOString().slice(11, 16)}, ${inDuration(option.best.seconds)}`;
  return [
    [option.backend, option.backend],
    [option.success, option.success === null ? "–" : `${(option.success * 100).toFixed(1)}%`],
    [option.came.band?.[0], inShares(option.came)],
    [option.cents, inAmount(option.cents, option.currency) + (option.isEstimated ? " (est.)" : "")],
    [option.centsPerSuccess, inAmount(option.centsPerSuccess, option.currency)],
    [option.p50, inDuration(option.p50)],
    [option.p90, inDuration(option.p90)],
    [option.best?.at.toISOString(), best ?? ""],
    [option.rejected, option.rejected],
  ];
}

function calculate() {
  const asked = Object.fromEntries([...calculator.elements].map((input) => [input.name, input.type === "checkbox" ? input.checked : input.valueAsNumber]));
  const isComplete = calculator.checkValidity();
  const options = isComplete ? report.plan.map((facts) => optionOf(facts, asked, new Date())) : [];
  const { choice, reason } = isComplete ? adviceOf(options) : { reason: "Every count is a whole number." };
  const headings = document.querySelector("#calculated thead").rows[0].cells;
  const rows = options.map((option) => {
    const row = document.createElement("tr");
    row.classList.toggle("chosen", option === choice);
    for (const [value, words] of offerOf(option)) {
      const cell = row.insertCell();
      cell.dataset.value = value ?? "";
      cell.textContent = words;
      cell.className = headings[cell.cellIndex].className;
    }
    return row;
  });
  document.querySelector("#calculated tbody").replaceChildren(...rows);
  document.getElementById("advice").textContent = reason;
}

function startPlan() {
  if (!calculator) return;
  calculator.addEventListener("input", calculate);
  calculator.addEventListener("submit", (event) => event.preventDefault());
  calculate();
}
