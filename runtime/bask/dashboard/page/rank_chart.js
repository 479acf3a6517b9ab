// rank_chart.js: values of each rank over time: lines for a few ranks, a heat map for many.
import {endOfTime} from "./axes.js";
import {make, setHidden} from "./dom.js";
import {LineChart, rankColor} from "./lines.js";
import {StripChart} from "./strips.js";
import {kNothing} from "./text.js";

export const kMostLines = 8;

export class RankChart {
  constructor(parent, {axis, text}) {
    this.text = text;
    this.lineHost = parent.appendChild(make("div", {class: "chart-host"}));
    this.stripHost = parent.appendChild(make("div", {class: "chart-host", hidden: ""}));
    this.lines = new LineChart(this.lineHost, axis, text);
    this.strips = new StripChart(this.stripHost, text);
  }

  /// series: [{rank, values, dashed: values or none, most}]; limits: [{name, value}]; `most`: the end of the values' axis;
  /// `word`: what the values are; `mostText`: what the darkest color of a heat map stands for, where that is not the same value
  /// for all.
  update({series, limits, most, word, dashedWord, mostText}, state) {
    const few = series.length <= kMostLines;
    setHidden(this.lineHost, !few);
    setHidden(this.stripHost, few);
    const times = {binWidth: state.timeline.width, end: endOfTime(state)};
    if (few) this.lines.update({...times, most, limits, lines: linesOf(series, word, dashedWord)});
    else
      this.strips.update({
        ...times,
        mostText: mostText ?? this.text(most),
        rows: series.map((one) => ({
          name: `rank ${one.rank}`,
          label: `Rank ${one.rank}, ${word}`,
          values: one.values,
          most: one.most || most,
        })),
      });
  }
}

function linesOf(series, word, dashedWord) {
  const lines = series.map(({rank, values}) => ({
    name: `rank ${rank}`,
    label: `Rank ${rank}, ${word}`,
    color: rankColor(rank),
    dash: "plain",
    values,
  }));
  for (const {rank, dashed} of series) {
    if (dashed !== undefined && d3.max(dashed) > 0) {
      lines.push({name: "", label: `Rank ${rank}, ${dashedWord}`, color: rankColor(rank), dash: "dashed", values: dashed});
    }
  }
  return lines;
}

/// Columns and rows of the table of such values: the last, the mean and the largest of each rank.
export function seriesColumns(text) {
  return [
    {title: "Rank", text: (row) => row.name},
    {title: "What", text: (row) => row.word},
    {title: "Last", number: true, text: (row) => text(row.last)},
    {title: "Mean", number: true, text: (row) => text(row.mean)},
    {title: "Most", number: true, text: (row) => text(row.most)},
  ];
}

export function seriesRow(rank, word, values) {
  return {
    name: String(rank ?? kNothing),
    word,
    last: values[values.length - 1] ?? null,
    mean: d3.mean(values) ?? null,
    most: d3.max(values) ?? null,
  };
}
