// head.js: the head of the page: which program, what it does, how long it has run and will, on what, and what has moved. Its
// error, when it ended with one, is the largest text of the page.
import {eachChild, make, setAttribute, setHidden, setStyle, setText} from "./dom.js";
import {jobState} from "./state.js";
import {countText, durationText, kNothing, plural, shortText, sizeText, timeText} from "./text.js";

const kGlyphs = {waiting: "○", planning: "◔", running: "▶", done: "✓", failed: "✕", stopped: "■", unknown: "?"};

/// Returns the function that draws a state.
export function makeHead() {
  const progress = makeProgress();
  return (state, live) => {
    const {job} = state;
    const {word, kind} = jobState(state, live);
    drawTitle(job, word, kind);
    drawFacts(state);
    progress(state.compute);
    const told = job.said ?? (kind === "failed" && state.errors.length > 0 ? state.errors[state.errors.length - 1].text : null);
    const said = document.getElementById("said");
    setHidden(said, told === null);
    setText(said, told ?? "");
    setText(document.getElementById("made"), madeText(state));
  };
}

export function drawSource(kind, text) {
  const line = document.getElementById("source");
  setAttribute(line, "data-kind", kind);
  setText(line, text);
}

function drawTitle(job, word, kind) {
  setText(document.getElementById("program"), job.program);
  setText(document.getElementById("place"), placeOf(job));
  const badge = document.getElementById("badge");
  setAttribute(badge, "data-state", kind);
  setText(badge.children[0], kGlyphs[kind] ?? kGlyphs.unknown);
  setText(badge.children[1], word);
  const title = `${shortText(job.program, 60)}: ${word} – Bask`;
  if (document.title !== title) document.title = title;
}

function madeText({job, format}) {
  const started = job.started === null ? "" : `, which started ${job.started.replace("T", " ").replace("Z", " UTC")}`;
  return `State at ${timeText(job.now, 0.1)} of the job${started}. Format ${format ?? "unknown"}.`;
}

function drawFacts(state) {
  eachChild(
    document.getElementById("facts"),
    factsOf(state),
    () => make("div", {}, make("dt"), make("dd")),
    (pair, [term, text]) => {
      setText(pair.children[0], term);
      setText(pair.children[1], text);
    },
  );
}

function factsOf({job, compute, computes, counts, forecast, memory}) {
  const facts = [["Elapsed", durationText(job.ended ?? job.now)]];
  if (job.ended === null) facts.push(["Left", leftText(compute)]);
  if (job.ended === null && forecast !== null) facts.push(["Forecast", forecastText(forecast)]);
  facts.push(["Computation", compute === null ? "none yet" : `${compute.number ?? computes.length + 1}`]);
  facts.push(["Memory held", sizeText(d3.sum(memory, (rank) => rank.held))]);
  facts.push(["Moved", amountText(counts.moved, counts.moved_bytes)]);
  facts.push(["Spilled", amountText(counts.spilled, counts.spilled_bytes)]);
  if (counts.journalled > 0) facts.push(["Journalled", amountText(counts.journalled, counts.journalled_bytes)]);
  facts.push(["Stolen", countText(counts.stolen)], ["Retried", countText(counts.retried)], ["Failed", countText(counts.failed)]);
  return facts;
}

function amountText(count, bytes) {
  return count > 0 ? `${sizeText(bytes)} in ${countText(count)}` : "nothing";
}

function forecastText({seconds, peak_memory: peak, bytes_moved: moved}) {
  const parts = [
    [seconds, durationText(seconds)],
    [peak, `${sizeText(peak)} at the most`],
    [moved, `${sizeText(moved)} moved`],
  ];
  return (
    parts
      .filter(([value]) => value !== null)
      .map(([, text]) => text)
      .join(", ") || kNothing
  );
}

function leftText(compute) {
  if (compute === null || compute.ended !== null) return kNothing;
  return compute.left === null ? "not known yet" : `about ${durationText(compute.left)}`;
}

function placeOf(job) {
  const parts = [];
  if (job.ranks !== null) parts.push(`${plural(job.ranks, "rank")}, ${plural(job.threads, "thread")}`);
  if (job.slurm !== null) parts.push(slurmText(job));
  else if (job.host !== null) parts.push(`on ${shortText(job.host, 60)}`);
  return parts.join(" · ");
}

function slurmText({slurm, now, ended}) {
  const parts = [`Slurm job ${slurm.id ?? ""} ${slurm.name ?? ""}`.trim()];
  if (slurm.partition !== null) parts.push(slurm.partition);
  if (slurm.nodes !== null) parts.push(plural(slurm.nodes, "node"));
  if (slurm.restarts > 0) parts.push(plural(slurm.restarts, "restart"));
  if (slurm.end !== null && ended === null) parts.push(`time limit in ${durationText(Math.max(0, slurm.end - now))}`);
  return parts.join(", ");
}

function makeProgress() {
  const root = document.getElementById("progress");
  const done = make("span", {class: "done"});
  const failed = make("span", {class: "failed"});
  const bar = make(
    "div",
    {class: "track", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": "Tasks done"},
    done,
    failed,
  );
  const text = make("span");
  root.append(bar, text);
  return (compute) => {
    setHidden(root, compute === null || compute.tasks === 0);
    if (root.hidden) return;
    const share = Math.min(1, compute.done / compute.tasks);
    setStyle(done, "width", `${100 * share}%`);
    setStyle(failed, "width", `${100 * Math.min(1 - share, compute.failed / compute.tasks)}%`);
    setAttribute(bar, "aria-valuenow", Math.round(100 * share));
    const wrong = compute.failed > 0 ? `, ${countText(compute.failed)} failed` : "";
    setText(text, `${countText(compute.done)} of ${plural(compute.tasks, "task")} done${wrong}`);
  };
}
