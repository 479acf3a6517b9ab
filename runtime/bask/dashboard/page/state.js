// state.js: makes of what has arrived a state that has every member, so that panels need not ask what is there.
// Invariants: (1) lists are lists and numbers are finite or null, whatever came; (2) the bins of lanes, which are most of a
// state, are taken as they are: stream_pixels.js checks them as it reads them.
function list(value) {
  return Array.isArray(value) ? value : [];
}

function object(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

function number(value, otherwise = 0) {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function text(value, otherwise = null) {
  if (value === null || value === undefined) return otherwise;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function numbers(value) {
  const given = list(value);
  return given.every(Number.isFinite) ? given : given.map((item) => number(item));
}

// Makes a function that reads an object: of each member named in `shape` by the function given there.
function reader(shape) {
  const members = Object.entries(shape);
  return (value) => {
    const given = object(value);
    const read = {};
    for (const [name, take] of members) read[name] = take(given[name]);
    return read;
  };
}

const maybe = (value) => number(value, null);
const name = (value) => text(value, "unnamed");
const listOf = (take) => (value) => list(value).map(take);

const readSlurm = reader({id: text, name: text, partition: text, nodes: maybe, restarts: number, end: maybe});
const readJob = reader({
  program: (value) => text(value, "unknown program"),
  arguments: listOf((value) => text(value, "")),
  host: text,
  pid: maybe,
  ranks: maybe,
  threads: maybe,
  started: text,
  now: number,
  ended: maybe,
  exit: maybe,
  said: text,
  slurm: (value) => (value === null || value === undefined ? null : readSlurm(value)),
});
const readForecast = reader({seconds: maybe, peak_memory: maybe, bytes_moved: maybe, source: text});
const maybeForecast = (value) => (value === null || value === undefined ? null : readForecast(value));

const readCompute = reader({
  number: maybe,
  state: (value) => text(value, "running"),
  began: maybe,
  ended: maybe,
  tasks: number,
  done: number,
  failed: number,
  left: maybe,
  peak_memory: maybe,
  bytes_moved: maybe,
  forecast: maybeForecast,
});
const readLayer = reader({
  name,
  tasks: number,
  done: number,
  running: number,
  failed: number,
  retried: number,
  seconds: number,
  longest: number,
  bytes: number,
  largest: number,
  durations: numbers,
});
const readTask = reader({
  layer: name,
  task: text,
  rank: maybe,
  thread: maybe,
  began: maybe,
  seconds: maybe,
  bytes: maybe,
  mean: maybe,
  state: text,
});
const readLane = reader({rank: maybe, thread: maybe, name, bins: list});
const readSeries = reader({
  rank: maybe,
  busy: numbers,
  memory: numbers,
  on_disk: numbers,
  ready: numbers,
  in: numbers,
  out: numbers,
  spilled: numbers,
  read_back: numbers,
});
const readTimeline = reader({
  width: (value) => Math.max(number(value, 1), 1e-9),
  bins: number,
  activities: listOf(name),
  kinds: listOf((value) => text(value, "task")),
  lanes: listOf(readLane),
  ranks: listOf(readSeries),
});
const readNode = reader({layer: number, name: text, inputs: numbers, state: (value) => text(value, "waiting"), rank: maybe});
const readGraph = reader({inputs: listOf(numbers), tasks: (value) => (Array.isArray(value) ? value.map(readNode) : null)});
const readWaitingTask = reader({
  task: name,
  layer: name,
  until: text,
  cause: (value) => text(value, "not known"),
  missing: number,
  inputs: listOf(reader({task: name, rank: maybe, state: text})),
  bytes: number,
  resources: listOf(reader({name, wanted: number, free: number, offered: number})),
});
const readWaiting = reader({
  left: number,
  ready: number,
  too_long: number,
  held: number,
  limit: maybe,
  kinds: listOf(reader({kind: name, bytes: number})),
  tasks: listOf(readWaitingTask),
});
const readRank = reader({
  rank: maybe,
  host: text,
  cores: text,
  threads: maybe,
  memory_limit: maybe,
  memory_margin: maybe,
  clock_error: maybe,
  heard: maybe,
  waiting: (value) => (value === null || value === undefined ? null : readWaiting(value)),
});
const readMoved = reader({names: listOf(name), bytes: listOf(numbers), results: listOf(numbers)});
const readCounts = reader({
  spilled: number,
  read_back: number,
  spilled_bytes: number,
  read_back_bytes: number,
  moved: number,
  moved_bytes: number,
  stolen: number,
  retried: number,
  failed: number,
  journalled: number,
  journalled_bytes: number,
});
const readNumbers = reader({
  thread_seconds: number,
  useful: number,
  imbalance: number,
  data: number,
  spilling: number,
  parallelism: number,
  runtime: number,
});
const readWhole = reader({
  format: maybe,
  interval: (value) => Math.max(number(value, 1), 0.1),
  job: readJob,
  options: listOf(reader({name, value: text, source: text})),
  versions: (value) => Object.entries(object(value)).map(([key, version]) => ({name: key, version: text(version)})),
  ranks: listOf(readRank),
  compute: (value) => (value === null || value === undefined ? null : readCompute(value)),
  computes: listOf(readCompute),
  layers: listOf(readLayer),
  totals: listOf(readLayer),
  graph: readGraph,
  timeline: readTimeline,
  now: listOf(reader({rank: maybe, thread: maybe, activity: maybe, task: text, since: maybe})),
  memory: listOf(reader({held: number, limit: maybe, on_disk: number, peak: number})),
  moved: readMoved,
  counts: readCounts,
  numbers: readNumbers,
  costs: listOf(reader({number: text, layer: text, share: number})),
  advice: listOf(reader({number: text, text: (value) => text(value, ""), layer: text, rank: maybe})),
  slowest: listOf(readTask),
  largest: listOf(readTask),
  newest: listOf(readTask),
  sample: listOf(readTask),
  errors: listOf(reader({at: maybe, rank: maybe, text: (value) => text(value, "")})),
  log: listOf(reader({at: maybe, level: (value) => text(value, "info"), rank: maybe, text: (value) => text(value, "")})),
  forecast: maybeForecast,
});

export function readState(raw) {
  return readWhole(raw);
}

/// What the job does, as one word and how bad it is. `live`: states still arrive.
export function jobState(state, live) {
  const {job, compute} = state;
  if (job.ended !== null) {
    if (job.exit === 0) return {word: "done", kind: "done"};
    if (job.exit === 75) return {word: "stopped, can go on", kind: "stopped"};
    return {word: job.exit === null ? "ended" : `failed, exit code ${job.exit}`, kind: "failed"};
  }
  if (!live) return {word: "had not ended", kind: "unknown"};
  if (compute === null) return {word: "starting", kind: "planning"};
  if (compute.state === "planning" || compute.state === "running") return {word: compute.state, kind: compute.state};
  if (compute.state === "failed" || compute.state === "stopped")
    return {word: `computation ${compute.state}`, kind: compute.state};
  return {word: "between computations", kind: "planning"};
}
