// tasks.js: the slowest tasks, and the largest results.
import {make, setAttribute, setText} from "./dom.js";
import {layerLook, makeSwatch, paintSwatch} from "./palette.js";
import {DataTable, Panel} from "./panel.js";
import {durationText, kNothing, placeText, shortText, sizeText, timeText} from "./text.js";

export function makeSlowest() {
  const panel = new Panel("slowest");
  const table = new DataTable("Slowest tasks", [
    ...taskColumns(),
    {title: "Began", number: true, text: (task) => timeText(task.began, 0.01)},
    {title: "Took", number: true, class: "strong", text: (task) => durationText(task.seconds)},
    {
      title: "Of the mean",
      number: true,
      text: (task) => (task.mean > 0 && task.seconds !== null ? `${d3.format(".3~g")(task.seconds / task.mean)} ×` : kNothing),
    },
  ]);
  panel.scroll("Slowest tasks, table").append(table.element);
  return (state) => {
    const [first] = state.slowest;
    panel.tell(
      first === undefined
        ? "No task has ended yet."
        : `The slowest took ${durationText(first.seconds)}, in layer ${shortText(first.layer, 60)}.`,
    );
    table.update(state.slowest);
  };
}

export function makeLargest() {
  const panel = new Panel("largest");
  const table = new DataTable("Largest results", [
    ...taskColumns(),
    {title: "Size", number: true, class: "strong", text: (task) => sizeText(task.bytes)},
  ]);
  panel.scroll("Largest results, table").append(table.element);
  return (state) => {
    const [first] = state.largest;
    panel.tell(
      first === undefined
        ? "No result yet."
        : `The largest has ${sizeText(first.bytes)}, in layer ${shortText(first.layer, 60)}.`,
    );
    table.update(state.largest);
  };
}

function taskColumns() {
  return [
    {
      title: "Layer",
      class: "cut",
      fill: (cell, task) => {
        if (cell.childElementCount === 0) cell.append(make("span", {class: "with-swatch"}, makeSwatch(), make("span")));
        const [swatch, name] = cell.firstElementChild.children;
        paintSwatch(swatch, layerLook(task.layer));
        setText(name, task.layer);
        setAttribute(cell, "title", task.layer);
      },
    },
    {title: "Task", number: true, text: (task) => task.task ?? kNothing},
    {title: "Place", number: true, text: placeText},
  ];
}
