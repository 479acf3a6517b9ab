// computations.js: the computations of the program, with what was foretold of each beside what it took.
import {DataTable, Panel} from "./panel.js";
import {countText, durationText, kNothing, plural, sizeText, timeText} from "./text.js";

export function makeComputations() {
  const panel = new Panel("computations");
  const table = new DataTable("Computations", [
    {title: "Number", number: true, text: (compute) => compute.number ?? kNothing},
    {title: "State", text: (compute) => compute.state},
    {title: "Began", number: true, text: (compute) => timeText(compute.began, 0.01)},
    {title: "Tasks", number: true, text: (compute) => countText(compute.tasks)},
    {title: "Took", number: true, class: "strong", text: (compute) => orNothing(secondsOf(compute), durationText)},
    {title: "Forecast time", number: true, text: (compute) => foretold(compute, "seconds", durationText)},
    {title: "Most held", number: true, class: "strong", text: (compute) => orNothing(compute.peak_memory, sizeText)},
    {title: "Forecast held", number: true, text: (compute) => foretold(compute, "peak_memory", sizeText)},
    {title: "Moved", number: true, class: "strong", text: (compute) => orNothing(compute.bytes_moved, sizeText)},
    {title: "Forecast moved", number: true, text: (compute) => foretold(compute, "bytes_moved", sizeText)},
  ]);
  panel.scroll("Computations, table").append(table.element);
  return ({compute, computes}) => {
    const all = compute === null ? computes : [...computes, compute];
    panel.tell(sentence(all));
    table.update(all.slice().reverse());
  };
}

function secondsOf({began, ended}) {
  return began === null || ended === null ? null : ended - began;
}

function orNothing(value, text) {
  return value === null ? kNothing : text(value);
}

function foretold({forecast}, member, text) {
  return forecast === null ? kNothing : orNothing(forecast[member], text);
}

function sentence(all) {
  if (all.length === 0) return "None yet.";
  const compared = all.filter((compute) => secondsOf(compute) !== null && compute.forecast !== null && compute.forecast.seconds !== null);
  if (compared.length === 0) return `${plural(all.length, "computation")}, without a forecast.`;
  const took = d3.sum(compared, secondsOf);
  const forecast = d3.sum(compared, (compute) => compute.forecast.seconds);
  return `${plural(compared.length, "computation")} took ${durationText(took)}; the forecast was ${durationText(forecast)}.`;
}
