// tasks.js: the slowest tasks, and the largest results.
import {make, setAttribute, setText} from "./dom.js";
import {layerLook, makeSwatch, paintSwatch} from "./palette.js";
import {DataTable, Panel} from "./panel.js";
import {durationText, kNothing, placeText, shortText, sizeText, timeText} from "./text.js";

export function makeSlowest() {
  const columns = [
    {title: "Began", number: true, text: (task) => timeText(task.began, 0.01)},
    {title: "Took", number: true, class: "strong", text: (task) => durationText(task.seconds)},
    {
      title: "Of the mean",
      number: true,
      text: (task) => (task.mean > 0 && task.seconds !== null ? `${d3.format(".3~g")(task.seconds / task.mean)} ×` : kNothing),
    },
  ];
  return makeTasks("slowest", "Slowest tasks", columns, (first) =>
    first === undefined
      ? "No task has ended yet."
      : `The slowest took ${durationText(first.seconds)}, in layer ${shortText(first.layer, 60)}.`,
  );
}

export function makeLargest() {
  const columns = [{title: "Size", number: true, class: "strong", text: (task) => sizeText(task.bytes)}];
  return makeTasks("largest", "Largest results", columns, (first) =>
    first === undefined
      ? "No result yet."
      : `The largest has ${sizeText(first.bytes)}, in layer ${shortText(first.layer, 60)}.`,
  );
}

/// A panel of that id, with the tasks of the state's member of the same name; `sentence` tells of the first one.
function makeTasks(id, title, columns, sentence) {
  const panel = new Panel(id);
  const table = new DataTable(title, [...taskColumns(), ...columns]);
  panel.scroll(`${title}, table`).append(table.element);
  return (state) => {
    panel.tell(sentence(state[id][0]));
    table.update(state[id]);
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
