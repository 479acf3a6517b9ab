// numbers.js: the six numbers that add up to the time of all threads inside computations, which layer costs most of each, and
// what to do about it.
import {eachChild, make, setAttribute, setHidden, setStyle, setText} from "./dom.js";
import {DataTable, Panel} from "./panel.js";
import {durationText, kNothing, shareText} from "./text.js";

const kNumbers = [
  {key: "useful", word: "useful work", means: "kernels of tasks"},
  {key: "imbalance", word: "load imbalance", means: "no work left for some threads"},
  {key: "data", word: "waiting for data", means: "inputs made or sent elsewhere"},
  {key: "spilling", word: "spilling", means: "results to the disk and back"},
  {key: "parallelism", word: "too little parallelism", means: "too few tasks could run"},
  {key: "runtime", word: "the runtime itself", means: "scheduling, messages, all else"},
];

export function makeNumbers() {
  const panel = new Panel("numbers");
  const bar = panel.body.appendChild(make("div", {class: "stacked", role: "img"}));
  const table = new DataTable("The six numbers", columns());
  table.element.classList.add("six");
  const scroll = panel.scroll("The six numbers, table", "plain");
  scroll.append(table.element);
  const advice = panel.body.appendChild(make("div", {class: "advice"}));
  const first = advice.appendChild(make("p", {class: "first"}));
  const rest = advice.appendChild(make("ul"));
  return (state) => {
    const rows = rowsOf(state);
    panel.tell(summaryOf(rows, state.numbers.thread_seconds));
    setAttribute(
      bar,
      "aria-label",
      `Shares of the threads' time: ${rows.map((row) => `${row.word} ${shareText(row.share)}`).join(", ")}`,
    );
    eachChild(
      bar,
      rows,
      () => make("span", {class: "part"}),
      (part, row) => {
        setAttribute(part, "data-number", row.key);
        setStyle(part, "flex-grow", String(Math.max(0, row.share)));
        setHidden(part, row.share <= 0);
      },
    );
    table.update(rows);
    drawAdvice(advice, first, rest, state.advice);
  };
}

function rowsOf({numbers, costs}) {
  return kNumbers.map(({key, word, means}) => ({
    key,
    word,
    means,
    share: numbers[key],
    seconds: numbers[key] * numbers.thread_seconds,
    cost: costs.find((cost) => cost.number === key && cost.layer !== null) ?? null,
  }));
}

function columns() {
  return [
    {
      title: "Number",
      class: "word",
      fill: (cell, row) => {
        if (cell.childElementCount === 0) {
          cell.append(
            make("span", {class: "key", "data-number": row.key, "aria-hidden": "true"}),
            make("span"),
            make("span", {class: "means"}),
          );
        }
        setText(cell.children[1], row.word);
        setText(cell.children[2], row.means);
      },
    },
    {title: "Share", number: true, class: "strong", text: (row) => `${(100 * row.share).toFixed(1)}%`},
    {title: "Thread time", number: true, text: (row) => durationText(row.seconds)},
    {
      title: "Most of it in layer",
      class: "cut",
      fill: (cell, row) => {
        const text = row.cost === null ? kNothing : `${shareText(row.cost.share)} ${row.cost.layer}`;
        setText(cell, text);
        setAttribute(cell, "title", text);
      },
    },
  ];
}

function summaryOf(rows, seconds) {
  if (!(seconds > 0)) return "Nothing has been computed yet.";
  const [largest] = rows.slice(1).sort((a, b) => b.share - a.share);
  const loss = largest.share > 0 ? `; the largest loss is ${largest.word}, ${shareText(largest.share)}` : "";
  return `Of ${durationText(seconds)} of the threads, ${shareText(rows[0].share)} were useful work${loss}.`;
}

function drawAdvice(root, first, rest, advice) {
  setHidden(root, advice.length === 0);
  if (advice.length === 0) return;
  setAttribute(first, "data-number", advice[0].number);
  setText(first, advice[0].text);
  setHidden(rest, advice.length === 1);
  eachChild(
    rest,
    advice.slice(1),
    () => make("li"),
    (item, entry) => {
      setAttribute(item, "data-number", entry.number);
      setText(item, entry.text);
    },
  );
}
