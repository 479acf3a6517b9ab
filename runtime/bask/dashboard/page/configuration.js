// configuration.js: what the job ran with: its command, the options that differ from their defaults, versions, the map of ranks.
import {make, setText} from "./dom.js";
import {DataTable, Panel} from "./panel.js";
import {countText, durationText, kNothing, plural, sizeText, timeText} from "./text.js";

export function makeConfiguration() {
  const panel = new Panel("configuration");
  const command = panel.body.appendChild(make("p", {class: "command"}));
  const grid = panel.body.appendChild(make("div", {class: "tables"}));
  const options = addTable(grid, "Options", [
    {title: "Option", class: "name", text: (row) => row.name},
    {title: "Value", class: "name", text: (row) => row.value ?? kNothing},
    {title: "From", class: "name", text: (row) => row.source ?? kNothing},
  ]);
  const versions = addTable(grid, "Versions", [
    {title: "Of", class: "name", text: (row) => row.name},
    {title: "Version", class: "name", text: (row) => row.version ?? kNothing},
  ]);
  const ranks = addTable(grid, "Map of ranks", rankColumns());
  return (state) => {
    const {job} = state;
    panel.tell(`${plural(state.options.length, "option")} set, ${plural(state.ranks.length, "rank")}.`);
    setText(
      command,
      [job.program, ...job.arguments].join(" ") + (job.host === null ? "" : `   (${job.host}, process ${job.pid ?? kNothing})`),
    );
    options.update(state.options);
    versions.update(state.versions);
    ranks.update(state.ranks);
  };
}

function addTable(grid, title, columns) {
  const table = new DataTable(title, columns);
  const scroll = make("div", {class: "scroll", tabindex: "0", role: "group", "aria-label": title}, table.element);
  grid.append(make("div", {class: "titled"}, make("h3", {}, title), scroll));
  return table;
}

function rankColumns() {
  return [
    {title: "Rank", number: true, text: (row) => row.rank ?? kNothing},
    {title: "Host", class: "name", text: (row) => row.host ?? kNothing},
    {title: "Cores", class: "name", text: (row) => row.cores ?? kNothing},
    {title: "Threads", number: true, text: (row) => countText(row.threads)},
    {title: "Memory", number: true, text: (row) => (row.memory_limit === null ? "no limit" : sizeText(row.memory_limit))},
    {title: "Margin", number: true, text: (row) => sizeText(row.memory_margin)},
    {title: "Clock", number: true, text: (row) => durationText(row.clock_error)},
    {title: "Heard", number: true, text: (row) => timeText(row.heard, 0.1)},
  ];
}
