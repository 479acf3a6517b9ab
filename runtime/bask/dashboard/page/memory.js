// memory.js: what each rank holds in memory, against its limit, and what it has on the disk.
import {drawSizeAxis} from "./axes.js";
import {Panel} from "./panel.js";
import {RankChart, kMostLines} from "./rank_chart.js";
import {shareText, sizeText} from "./text.js";

export function makeMemory() {
  const panel = new Panel("memory");
  const chart = new RankChart(panel.body, {axis: drawSizeAxis, text: sizeText});
  const table = panel.alternative(columns());
  return (state) => {
    const {ranks} = state.timeline;
    const limitOf = (rank) => state.memory[rank]?.limit ?? state.ranks[rank]?.memory_limit ?? null;
    const limits = limitsOf(ranks.map(({rank}) => limitOf(rank)));
    const most =
      d3.max([
        ...ranks.map(({memory}) => d3.max(memory)),
        ...ranks.map((one) => d3.max(one.on_disk)),
        ...limits.map(({value}) => value),
      ]) || 2 ** 20;
    panel.tell(summaryOf(state));
    chart.update(
      {
        series: ranks.map(({rank, memory, on_disk: dashed}) => ({rank, values: memory, dashed, most: limitOf(rank)})),
        limits,
        most: most * 1.06,
        word: "in memory",
        mostText: limits.length > 0 ? "its limit" : undefined,
        dashedWord: "on disk",
      },
      state,
    );
    table.update(() => rowsOf(state, limitOf));
  };
}

// One line for each limit that ranks have.
function limitsOf(values) {
  const different = [...new Set(values.filter((value) => value !== null))].sort((a, b) => a - b);
  return different.length > 4 ? [] : different.map((value) => ({value, name: `limit ${sizeText(value)}`}));
}

function summaryOf({memory}) {
  if (memory.length === 0) return "No memory is known of any rank.";
  const shareOf = ({held, limit}) => (limit > 0 ? held / limit : 0);
  const fullest = d3
    .range(memory.length)
    .sort((a, b) => shareOf(memory[b]) - shareOf(memory[a]) || memory[b].held - memory[a].held)[0];
  const {held, limit} = memory[fullest];
  const of = limit > 0 ? `, ${shareText(held / limit)} of its ${sizeText(limit)}` : ", without a limit";
  const disk = d3.sum(memory, (rank) => rank.on_disk);
  const dashed = memory.length <= kMostLines ? ", dashed" : "";
  const left = disk > 0 ? `${sizeText(disk)} on disk${dashed}.` : "Nothing on disk.";
  return `Fullest: rank ${fullest} with ${sizeText(held)}${of}. ${left}`;
}

function columns() {
  return [
    {title: "Rank", text: (row) => row.name},
    {title: "Held", number: true, text: (row) => sizeText(row.held)},
    {title: "Most", number: true, text: (row) => sizeText(row.peak)},
    {title: "Limit", number: true, text: (row) => (row.limit === null ? "none" : sizeText(row.limit))},
    {title: "On disk", number: true, text: (row) => sizeText(row.on_disk)},
  ];
}

function rowsOf({memory}, limitOf) {
  return memory.map((one, rank) => ({...one, name: String(rank), limit: limitOf(rank)}));
}
