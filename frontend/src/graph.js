// The graph of a glossary: points that can be dragged and opened. A bundle of its own, because no other page needs it.
import cytoscape from "cytoscape";

// Told apart in both themes; the same order as in lists.css.
const COLOURS = ["#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#dc2626", "#65a30d", "#a16207", "#4b5563"];
const NONE = "#94a3b8";
// More than that many are laid out at once and not by pulling and pushing, which takes too long.
const PULLED = 150;

function start() {
  const box = document.querySelector("#lemma-graph");
  const source = document.querySelector("#lemma-graph-data");
  for (const dot of document.querySelectorAll(".lemma-dot[data-colour]")) {
    dot.style.background = COLOURS[Number(dot.dataset.colour)] ?? NONE;
  }
  if (!box || !source) return;
  const { nodes, lines } = JSON.parse(source.textContent);
  const style = getComputedStyle(box);
  const text = style.getPropertyValue("--lemma-strong").trim() || "#111";
  const surface = style.getPropertyValue("--lemma-surface").trim() || "#fff";
  // A picture of many is seen from further away.
  const size = nodes.length > 25 ? 30 : 12;
  const graph = cytoscape({
    container: box,
    elements: {
      nodes: nodes.map((data) => ({ data })),
      edges: lines.map((data) => ({ data })),
    },
    style: [
      {
        selector: "node",
        style: {
          label: "data(label)",
          color: colour(text),
          "font-size": size,
          "text-outline-color": colour(surface),
          "text-outline-width": 2,
          "text-wrap": "ellipsis",
          "text-max-width": 10 * size,
          "text-valign": "bottom",
          "text-margin-y": 4,
          "background-color": (node) => COLOURS[node.data("colour")] ?? NONE,
          width: (node) => size + Math.min(node.degree(false), 20),
          height: (node) => size + Math.min(node.degree(false), 20),
          "min-zoomed-font-size": 6,
        },
      },
      { selector: 'node[kind = "book"]', style: { shape: "round-rectangle" } },
      {
        selector: "node[?dangling]",
        style: { "background-opacity": 0, "border-width": 2, "border-style": "dashed", "border-color": "#b45309" },
      },
      { selector: "node[?centre]", style: { "border-width": 4, "border-color": colour(text), "font-size": size + 3, "font-weight": "bold" } },
      {
        selector: "edge",
        style: {
          width: size / 12,
          "line-color": NONE,
          "target-arrow-color": NONE,
          "target-arrow-shape": "triangle",
          "arrow-scale": 0.7,
          "curve-style": "haystack",
          opacity: 0.6,
        },
      },
      { selector: "edge[?toDangling]", style: { "line-style": "dashed" } },
    ],
    layout: layout(nodes, box),
    minZoom: 0.1,
    maxZoom: 4,
  });
  spread(graph, box);
  // As large as it can be read at this distance.
  const readable = 11 / graph.zoom();
  if (readable > size) {
    const width = (node) => readable + Math.min(node.degree(false), 20);
    graph.nodes().style({ "font-size": readable, "text-max-width": 10 * readable, "text-margin-y": readable / 3, width, height: width });
    graph.nodes("[?dangling]").style("border-width", readable / 6);
  }
  graph.edges().forEach((edge) => edge.data("toDangling", Boolean(edge.target().data("dangling"))));
  if (nodes.length <= PULLED) graph.edges().style("curve-style", "bezier");
  // A name has its column; a line that passes a column goes around what stands there.
  if (isPath(nodes)) {
    graph.nodes().style({ "text-wrap": "wrap", "text-max-width": 150 });
    graph.edges().filter((edge) => edge.target().data("level") - edge.source().data("level") > 1).style({
      "curve-style": "unbundled-bezier",
      "control-point-distances": (edge) => -22 * (edge.target().data("level") - edge.source().data("level")),
    });
  }
  graph.on("tap", "node", (event) => {
    const address = event.target.data("address");
    if (address) location.assign(address);
  });
  graph.on("mouseover", "node", (event) => {
    box.style.cursor = event.target.data("address") ? "pointer" : "";
  });
  graph.on("mouseout", "node", () => {
    box.style.cursor = "";
  });
  // For tests and for the curious at the console.
  box.graph = graph;
}

/** As wide as the box: names need the room at the sides. */
function spread(graph, box) {
  const { x1, w, h } = graph.nodes().boundingBox({ includeLabels: false });
  const factor = box.clientWidth / box.clientHeight / (w / h || 1);
  if (!(factor > 1)) return;
  graph.nodes().positions((node) => ({ x: x1 + (node.position("x") - x1) * Math.min(factor, 4), y: node.position("y") }));
  graph.fit(undefined, 30);
}

const isPath = (nodes) => nodes.every((node) => "level" in node);

/** A column for each level: what comes first is on the left; where there is no room for that, above. */
function columns(nodes, isNarrow) {
  const places = {};
  const taken = [];
  for (const node of nodes) taken[node.level] = (taken[node.level] ?? 0) + 1;
  const next = taken.map((count) => -(count - 1) / 2);
  for (const node of nodes) {
    // Every other column a little aside, so that long names do not run into each other.
    const [along, across] = [node.level, next[node.level]++ + (node.level % 2) / 3];
    places[node.id] = isNarrow ? { x: 130 * across, y: 90 * along } : { x: 180 * along, y: 70 * across };
  }
  return { name: "preset", positions: (node) => places[node.id()], padding: 30 };
}

function layout(nodes, box) {
  if (isPath(nodes)) return columns(nodes, box.clientWidth < 600);
  if (nodes.length <= PULLED) {
    return { name: "cose", animate: false, nodeDimensionsIncludeLabels: true, randomize: false, idealEdgeLength: () => 90, nodeRepulsion: () => 400_000, nodeOverlap: 30, gravity: 0.4, padding: 30 };
  }
  return { name: "concentric", concentric: (node) => node.degree(false), levelWidth: () => 4, minNodeSpacing: 24, padding: 30 };
}

/** Canvas and cytoscape know no oklch(): painted once and read back. */
function colour(value) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
