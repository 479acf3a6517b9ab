// busy.js: which share of its threads each rank has in kernels, over time, and below it a second series: the queue, or bytes that
// came, went or were spilled.
import {drawSizeAxis} from "./axes.js";
import {makeSelect} from "./dom.js";
import {Panel} from "./panel.js";
import {RankChart, seriesColumns, seriesRow} from "./rank_chart.js";
import {countText, shareText, sizeText} from "./text.js";

const kSeries = [
  {key: "ready", word: "queue", text: countText},
  {key: "in", word: "received", text: sizeText},
  {key: "out", word: "sent", text: sizeText},
  {key: "spilled", word: "spilled", text: sizeText},
  {key: "read_back", word: "read back", text: sizeText},
];

export function makeBusy() {
  const panel = new Panel("busy");
  const busy = new RankChart(panel.body, {axis: drawShareAxis, text: shareText});
  let shown = null;
  const second = makeSelect(
    "Below",
    kSeries.map(({key, word}) => ({value: key, text: word})),
    () => shown && drawSecond(shown),
  );
  panel.tools.append(second.label);
  const chosen = () => kSeries.find(({key}) => key === second.select.value) ?? kSeries[0];
  const below = new RankChart(panel.body, {
    axis: (group, scale, height) => (chosen().text === sizeText ? drawSizeAxis : drawCountAxis)(group, scale, height),
    text: (value) => chosen().text(value),
  });
  const table = panel.alternative(seriesColumns((value) => value));

  function drawSecond(state) {
    const {key, word} = chosen();
    const series = state.timeline.ranks.map((one) => ({rank: one.rank, values: one[key]}));
    below.update({series, limits: [], most: d3.max(series, ({values}) => d3.max(values)) || 1, word}, state);
    table.update(() => rowsOf(state, chosen()));
  }
  return (state) => {
    shown = state;
    panel.tell(summaryOf(state));
    busy.update(
      {series: state.timeline.ranks.map((one) => ({rank: one.rank, values: one.busy})), limits: [], most: 1, word: "busy"},
      state,
    );
    drawSecond(state);
  };
}

function drawShareAxis(group, scale) {
  group.call(
    d3
      .axisLeft(scale)
      .tickValues([0, 0.5, 1])
      .tickSizeOuter(0)
      .tickFormat((value) => `${100 * value}%`),
  );
}

function drawCountAxis(group, scale, height) {
  group.call(
    d3
      .axisLeft(scale)
      .ticks(Math.max(2, Math.floor(height / 34)))
      .tickSizeOuter(0)
      .tickFormat(countText),
  );
}

function summaryOf({timeline}) {
  const means = timeline.ranks.map(({rank, busy}) => ({rank, mean: d3.mean(busy) ?? 0})).sort((a, b) => a.mean - b.mean);
  if (means.length === 0) return "No rank has worked yet.";
  const whole = `Threads were busy for ${shareText(d3.mean(means, ({mean}) => mean))} of the time`;
  if (means.length === 1) return `${whole}.`;
  const most = means[means.length - 1];
  return `${whole}: from ${shareText(means[0].mean)} on rank ${means[0].rank} to ${shareText(most.mean)} on rank ${most.rank}.`;
}

function rowsOf({timeline}, {key, word, text}) {
  const told = (row, tell) => ({...row, last: tell(row.last), mean: tell(row.mean), most: tell(row.most)});
  return timeline.ranks.flatMap((one) => [
    told(seriesRow(one.rank, "busy", one.busy), shareText),
    told(seriesRow(one.rank, word, one[key]), text),
  ]);
}
