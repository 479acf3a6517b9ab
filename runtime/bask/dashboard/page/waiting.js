// waiting.js: the units that wait first on each rank, and for what: inputs and who makes them, memory, resources.
import {setHidden} from "./dom.js";
import {DataTable, Panel} from "./panel.js";
import {countText, kNothing, plural, sizeText} from "./text.js";

const kNumbers = new Intl.NumberFormat("en", {maximumSignificantDigits: 6});

export function makeWaiting() {
  const panel = new Panel("waiting");
  const table = new DataTable("Units that wait", [
    {title: "Rank", number: true, text: (row) => row.rank ?? kNothing},
    {title: "Task", class: "name", text: nameOf},
    {title: "Layer", class: "name", text: ({task}) => task.layer},
    {title: "Why", class: "why", text: ({task}) => causeOf(task)},
    {title: "For what", class: "text", text: (row) => linesOf(row).join("\n") || kNothing},
  ]);
  const scroll = panel.scroll("Units that wait, table", "waiting-scroll");
  scroll.append(table.element);
  return ({ranks}) => {
    const waiting = ranks.filter((rank) => rank.waiting !== null);
    const rows = waiting.flatMap(({rank, waiting}) => waiting.tasks.map((task) => ({rank, waiting, task})));
    panel.tell(sentence(waiting.map((rank) => rank.waiting), rows.length));
    setHidden(scroll, rows.length === 0);
    table.update(rows);
  };
}

function sentence(waiting, shown) {
  const left = d3.sum(waiting, (rank) => rank.left);
  if (left === 0) return "No unit waits.";
  const late = d3.sum(waiting, (rank) => rank.too_long);
  const held = late === 0 ? "" : `; ${countText(late)} would not end before the time limit`;
  const first = shown === 0 ? "" : " Those that wait first on each rank:";
  const ready = countText(d3.sum(waiting, (rank) => rank.ready));
  return `${plural(left, "unit")} left, of which ${ready} could run${held}.${first}`;
}

function nameOf({task}) {
  return task.until === null ? task.task : `${task.task}, run as one up to ${task.until}`;
}

function causeOf({cause, missing}) {
  if (cause === "input") return missing === 1 ? "an input is missing" : `${countText(missing)} inputs are missing`;
  if (cause === "memory") return "no room in memory";
  if (cause === "coming") return "inputs are on their way";
  if (cause === "resource") return "resources are taken";
  if (cause === "time") return "too long for the time limit";
  return cause;
}

// One for each thing that the task waits for.
function linesOf({task, waiting}) {
  const lines = task.inputs.map(({task: input, rank, state}) => {
    const where = rank === null ? "" : ` of rank ${rank}`;
    return `${input}${where}${state === null || state === "" ? "" : `: ${state}`}`;
  });
  if (task.cause === "input" && lines.length > 0 && task.missing > lines.length) lines.push("and others");
  if (task.cause === "memory") lines.push(roomOf(task, waiting));
  for (const {name, wanted, free, offered} of task.resources) {
    lines.push(`${kNumbers.format(wanted)} of resource ${name}: ${kNumbers.format(free)} of ${kNumbers.format(offered)} are free`);
  }
  return lines;
}

function roomOf({bytes}, {held, limit, kinds}) {
  if (limit === null) return `room for ${sizeText(bytes)}`;
  const of = kinds.filter((kind) => kind.bytes > 0).map(({kind, bytes: size}) => `${kind} ${sizeText(size)}`);
  const parts = of.length === 0 ? "" : ` (${of.join(", ")})`;
  const free = sizeText(Math.max(0, limit - held));
  return `room for ${sizeText(bytes)}: ${free} of ${sizeText(limit)} are free, ${sizeText(held)} are held${parts}`;
}
