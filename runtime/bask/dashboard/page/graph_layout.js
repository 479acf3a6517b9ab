// graph_layout.js: places the nodes of a graph: in the level of the longest path that leads to them, and within the level near
// what they read, so that few edges cross. Pure functions.
const kSweeps = 6;

/// inputs: for each node the numbers of those that it reads. Returns for each node {level, place}, the place being the middle of
/// the level for a level of one. What reads itself, or what is not there, is left out.
export function placeNodes(inputs) {
  const count = inputs.length;
  const reads = inputs.map((list, node) =>
    [...new Set(list)].filter((input) => Number.isInteger(input) && input >= 0 && input < count && input !== node),
  );
  const levels = levelsOf(reads);
  const rows = [];
  levels.forEach((level, node) => (rows[level] ??= []).push(node));
  const readers = inputs.map(() => []);
  reads.forEach((list, node) => list.forEach((input) => readers[input].push(node)));
  const place = new Array(count).fill(0);
  for (const row of rows) spread(row, place);
  for (let sweep = 0; sweep < kSweeps; ++sweep) {
    for (const row of rows.slice(1)) sortRow(row, place, reads);
    for (const row of rows.slice(0, -1).reverse()) sortRow(row, place, readers);
  }
  return {
    nodes: levels.map((level, node) => ({level, place: place[node]})),
    reads,
    levels: rows.length,
    widest: d3.max(rows, (row) => row.length) ?? 0,
  };
}

// The longest path to each node; an edge that closes a cycle does not count.
function levelsOf(reads) {
  const levels = new Array(reads.length).fill(-1);
  const open = new Set();
  for (let start = 0; start < reads.length; ++start) {
    const stack = [start];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      const next =
        levels[node] >= 0 ? undefined : reads[node].find((input) => levels[input] < 0 && !open.has(input) && input !== node);
      if (next !== undefined) {
        open.add(node);
        stack.push(next);
        continue;
      }
      if (levels[node] < 0) levels[node] = 1 + Math.max(-1, ...reads[node].map((input) => levels[input]));
      open.delete(node);
      stack.pop();
    }
  }
  return levels;
}

// Spreads a row evenly around 0.
function spread(row, place) {
  row.forEach((node, index) => {
    place[node] = index - (row.length - 1) / 2;
  });
}

// By the mean place of neighbours, those without any staying where they are.
function sortRow(row, place, neighbours) {
  const wanted = new Map(
    row.map((node) => [node, neighbours[node].length > 0 ? d3.mean(neighbours[node], (other) => place[other]) : place[node]]),
  );
  row.sort((a, b) => wanted.get(a) - wanted.get(b) || a - b);
  spread(row, place);
}
