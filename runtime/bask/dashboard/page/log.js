// log.js: the errors, and the newest lines of the log, the newest first.
import {eachChild, make, makeSelect, setAttribute, setHidden, setText} from "./dom.js";
import {DataTable, Panel} from "./panel.js";
import {countText, kNothing, plural, timeText} from "./text.js";

const kLevels = ["error", "warning", "info", "debug"];
const kChoices = [
  {value: "debug", text: "all"},
  {value: "info", text: "info and above"},
  {value: "warning", text: "warnings and errors"},
];

export function makeLog() {
  const panel = new Panel("log");
  let shown = null;
  const level = makeSelect("Show", kChoices, () => shown && draw(shown));
  panel.tools.append(level.label);
  const errors = panel.body.appendChild(make("ul", {class: "errors", "aria-label": "Errors"}));
  const table = new DataTable("Log, the newest first", columns());
  panel.scroll("Log").append(table.element);

  function draw(state) {
    const least = kLevels.indexOf(level.select.value);
    const lines = state.log.filter((line) => !(kLevels.indexOf(line.level) > least)).reverse();
    panel.tell(summaryOf(state, lines));
    drawErrors(errors, state.errors);
    table.update(lines);
  }
  return (state) => {
    shown = state;
    draw(state);
  };
}

function columns() {
  return [
    {title: "At", number: true, text: (line) => timeText(line.at, 0.01)},
    {title: "Rank", number: true, text: (line) => line.rank ?? kNothing},
    {
      title: "Level",
      fill: (cell, line) => {
        setAttribute(cell, "data-level", line.level);
        setText(cell, line.level);
      },
    },
    {title: "Text", class: "text", text: (line) => line.text},
  ];
}

function drawErrors(root, errors) {
  const makeItem = () => make("li", {}, make("b"), make("span"));
  setHidden(root, errors.length === 0);
  eachChild(root, errors, makeItem, (item, error) => {
    setText(item.children[0], `✕ ${timeText(error.at, 0.01)}, rank ${error.rank ?? kNothing}: `);
    setText(item.children[1], error.text);
  });
}

function summaryOf({errors, log}, lines) {
  const told = errors.length === 0 ? "No errors" : plural(errors.length, "error");
  const some = lines.length < log.length ? `, ${countText(lines.length)} shown` : "";
  return `${told}; ${plural(log.length, "line")} of the log${some}, the newest first.`;
}
