// @ts-check
/** ClippingLab: descent on the loss surface of a one-unit RNN, with and without gradient clipping. */
import {
  colour, h, integerTicks, label, linePath, markerPath, picture, px, scaleLinear, xAxis, yAxis,
} from "./lib/chart.js";
import { CLIFF, cliffSurface, descend } from "./lib/cliff.js";
import { choice, slider } from "./lib/controls.js";
import { integer, oneOf, real } from "./lib/hash.js";
import { DEFAULT_WIDTH, openLab } from "./lib/lab.js";
import { pathInside, shading } from "./lib/terrain.js";
import { power, say } from "./lib/words.js";

/** @typedef {import("./lib/hash.js").State} State */
/** @typedef {import("./lib/chart.js").Box} Box */
/** @typedef {import("./lib/svg.js").VNode} VNode */
/** @typedef {import("./lib/cliff.js").Descent} Descent */

const W_RANGE = /** @type {[number, number]} */ ([0, 4]);
const B_RANGE = /** @type {[number, number]} */ ([-2, 2]);
/** Where the second panel's run starts: the unit is saturated there, so nothing it does changes the loss much. */
export const FLAT = Object.freeze({ w: 3.6, b: 1.8 });
/** Below this the run counts as arrived in the valley. */
export const ARRIVED = 0.01;
const CELL = 3; // px of one shaded cell
const LEVELS = [0.001, 0.01, 0.05, 0.2, 0.5, 1.5];

/** @type {{max_norm: number, learning_rate: number, start_w: number, start_b: number, optimiser: string, steps: number}} */
export const DEFAULT_STATE = {
  max_norm: 1, learning_rate: 0.1, start_w: 1.9, start_b: -0.5, optimiser: "SGD", steps: 200,
};

const fields = {
  max_norm: real(0.01, 100), learning_rate: real(0.001, 1), start_w: real(...W_RANGE), start_b: real(...B_RANGE),
  optimiser: oneOf(["SGD", "Adam"]), steps: integer(1, 400),
};

/**
 * The three runs of a setting.
 * @param {State} state
 * @returns {{clipped: Descent, unclipped: Descent, flat: Descent}}
 */
export function runs(state) {
  const options = {
    w: Number(state.start_w), b: Number(state.start_b), learningRate: Number(state.learning_rate),
    steps: Number(state.steps), optimiser: /** @type {"SGD" | "Adam"} */ (state.optimiser),
  };
  const maxNorm = Number(state.max_norm);
  return {
    clipped: descend({ ...options, maxNorm }),
    unclipped: descend({ ...options, maxNorm: null }),
    flat: descend({ ...options, ...FLAT, maxNorm }),
  };
}

/** @param {Float64Array} values */
const last = (values) => values[values.length - 1];

/** @param {number} w @param {number} b */
const onMap = (w, b) => w >= W_RANGE[0] && w <= W_RANGE[1] && b >= B_RANGE[0] && b <= B_RANGE[1];

/** @param {number} count @param {string} what */
const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

/**
 * How a run ended, in words.
 * @param {Descent} run
 */
function fate(run) {
  const w = last(run.w);
  const b = last(run.b);
  const loss = last(run.loss);
  if (loss < ARRIVED) return `reaches the valley, loss ${say(loss, 2)}`;
  if (!onMap(w, b)) return `ends off the map at w = ${say(w, 3)}, b = ${say(b, 3)}, loss ${say(loss, 2)}`;
  return `is still at loss ${say(loss, 2)} after ${plural(run.before.length, "step")}`;
}

/**
 * @param {State} state
 * @param {ReturnType<typeof runs>} all
 */
function sentence(state, { clipped, unclipped, flat }) {
  const steepest = unclipped.before.reduce((most, value) => Math.max(most, value), 0);
  const before = flat.before[0];
  const ground =
    before === flat.after[0]
      ? `From the flat start the first gradient norm is ${say(before, 2)}, before the clip and after it.`
      : `From the flat start even a norm of ${say(before, 2)} is cut to ${say(flat.after[0], 2)}.`;
  return [
    `Without clipping, ${state.optimiser} meets a gradient of ${say(steepest, 3)} and ${fate(unclipped)}.`,
    `Clipped at ${say(Number(state.max_norm))}, ${clipped.touched} of ${plural(Number(state.steps), "step")}`,
    `${clipped.touched === 1 ? "is" : "are"} cut and it ${fate(clipped)}.`,
    ground,
  ].join(" ");
}

/** @type {Map<string, string[]>} the surface never changes: shaded once for each size */
const shaded = new Map();

/** @param {Box} box */
function ground(box) {
  const columns = Math.round((box.right - box.left) / CELL);
  const rows = Math.round((box.bottom - box.top) / CELL);
  const key = `${box.left} ${box.top} ${columns} ${rows}`;
  let paths = shaded.get(key);
  if (!paths) {
    const values = cliffSurface({ w: W_RANGE, b: B_RANGE, columns, rows });
    paths = shading({ values, columns, rows }, LEVELS, box);
    shaded.set(key, paths);
  }
  return h(
    "g", { "data-part": "surface", fill: colour("muted"), "fill-opacity": 0.08, "shape-rendering": "crispEdges" },
    paths.map((d) => h("path", { d })),
  );
}

/** Points at least 7 px apart, so that markers stay markers. @param {Array<[number, number]>} points */
function thinned(points) {
  /** @type {Array<[number, number]>} */
  const kept = [];
  for (const point of points) {
    const before = kept[kept.length - 1];
    if (!before || Math.hypot(point[0] - before[0], point[1] - before[1]) >= 7) kept.push(point);
  }
  return kept;
}

/** A label with a halo of the ground's colour, readable on any shade.
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {Record<string, string | number | undefined>} [attrs] */
const onGround = (x, y, text, attrs = {}) =>
  label(x, y, text, { stroke: colour("raised"), "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke", ...attrs });

/** @typedef {{x: number, y: number, anchor: "start" | "end"}} Spot where a label may stand */

/** The room a label takes. @param {Spot} spot @param {string} text @returns {Box} */
export function room({ x, y, anchor }, text) {
  const width = 7.8 * text.length;
  const left = anchor === "end" ? x - width : x;
  return { left, right: left + width, top: y - 12, bottom: y + 5 };
}

/** @param {Box} a @param {Box} b */
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * The first spot inside the box where a label covers nothing, or null; what it takes is added to `taken`.
 * @param {string} text
 * @param {Spot[]} spots
 * @param {Box} box
 * @param {Box[]} taken
 */
export function freeSpot(text, spots, box, taken) {
  const spot = spots.find((at) => {
    const needs = room(at, text);
    const within = needs.left >= box.left && needs.right <= box.right && needs.top >= box.top && needs.bottom <= box.bottom;
    return within && !taken.some((other) => overlap(needs, other));
  }) ?? null;
  if (spot) taken.push(room(spot, text));
  return spot;
}

/**
 * @param {Box} box
 * @param {ReturnType<typeof runs>} all
 * @returns {VNode}
 */
function surfacePanel(box, { clipped, unclipped, flat }) {
  const x = scaleLinear(W_RANGE, [box.left, box.right]);
  const y = scaleLinear(B_RANGE, [box.bottom, box.top]);
  /** @param {Descent} run @returns {Array<[number, number]>} */
  const points = (run) => Array.from(run.w, (w, i) => [x(w), y(run.b[i])]);
  const loose = pathInside(points(unclipped), box);
  const tight = pathInside(points(clipped), box);
  const start = /** @type {[number, number]} */ ([x(clipped.w[0]), y(clipped.b[0])]);
  const idle = points(flat);
  const flatPath = pathInside(idle, box);
  const arrow = loose.exit;
  // Labels in order of rank: each takes the first of its spots that is still free, the last ones stay away where none is.
  /** @type {Box[]} */
  const taken = [start, idle[0]].map(([cx, cy]) => ({ left: cx - 8, right: cx + 8, top: cy - 8, bottom: cy + 8 }));
  /** @param {string} text @param {Spot[]} spots @param {Record<string, string>} [attrs] */
  const named = (text, spots, attrs = {}) => {
    const spot = freeSpot(text, spots, box, taken);
    return spot && onGround(spot.x, spot.y, text, { "text-anchor": spot.anchor, ...attrs });
  };
  /** @param {[number, number]} at @param {number[]} rises @returns {Spot[]} right and left of a point, `rises` px lower */
  const beside = ([cx, cy], rises) => rises.flatMap((dy) => [
    { x: cx + 12, y: cy + dy, anchor: /** @type {const} */ ("start") }, { x: cx - 12, y: cy + dy, anchor: /** @type {const} */ ("end") },
  ]);
  const low = start[1] > (box.top + box.bottom) / 2;
  const startName = named("start", beside(start, low ? [20, -10, 5] : [-10, 20, 5]));
  const flatName = named("flat start", [{ x: idle[0][0] - 12, y: idle[0][1] + 5, anchor: "end" }, { x: idle[0][0] - 12, y: idle[0][1] + 24, anchor: "end" }]);
  const leaves = arrow && named("leaves the map", beside(
    [arrow.at[0], Math.min(box.bottom - 30, Math.max(box.top + 34, arrow.at[1] + 24))], [0, -20, 20, -40, 40, -60, 60],
  ), { fill: colour("gradient") });
  const right = box.right - 8;
  /** @param {number} x @param {"start" | "end"} anchor @param {number[]} heights @returns {Spot[]} */
  const column = (x, anchor, heights) => heights.map((y) => ({ x, y, anchor }));
  const places = [
    named("valley, loss 0", column(x(0.08), "start", [y(-1), y(-1) + 22, y(0.5)])),
    named("high plateau, loss 2.25", column(right, "end", [box.top + 92, box.top + 68, box.top + 112])),
    named("low plateau, loss 0.25", column(right, "end", [box.bottom - 10, box.bottom - 30])),
    named("cliff", column(x(3.05), "end", [y(-1.22)])),
  ];
  return h(
    "g", { "data-part": "map" },
    ground(box),
    places,
    h("path", {
      "data-path": "flat", d: flatPath.d, fill: "none", stroke: colour("ink"), "stroke-width": 1.5, "stroke-dasharray": "1 3",
    }),
    h("path", {
      "data-path": "unclipped", d: loose.d, fill: "none", stroke: colour("gradient"), "stroke-width": 2, "stroke-dasharray": "8 3 2 3",
    }),
    h("path", { d: markerPath("triangle", thinned(loose.points), 40), fill: colour("gradient") }),
    h("path", { "data-path": "clipped", d: tight.d, fill: "none", stroke: colour("weight"), "stroke-width": 2 }),
    h("path", { d: markerPath("square", thinned(tight.points), 22), fill: colour("weight") }),
    arrow && h("path", {
      d: "M-14 -7L0 0L-14 7Z", fill: colour("gradient"),
      transform: `translate(${px(arrow.at[0])} ${px(arrow.at[1])}) rotate(${px(arrow.angle)})`,
    }),
    leaves,
    h("path", { d: markerPath("circle", [start], 110), fill: colour("raised"), stroke: colour("ink"), "stroke-width": 2 }),
    startName,
    h("path", { d: markerPath("diamond", [idle[0]], 90), fill: colour("raised"), stroke: colour("ink"), "stroke-width": 2 }),
    flatName,
    xAxis({ box, scale: x, ticks: [0, 1, 2, 3, 4], label: "recurrent weight w" }),
    yAxis({ box, scale: y, ticks: [-2, -1, 0, 1, 2], format: (v) => say(v), label: "bias b", grid: false }),
  );
}

/** Decades of the second panel's axis. */
const DECADES = /** @type {[number, number]} */ ([-6, 3]);

/**
 * @param {Box} box
 * @param {State} state
 * @param {Descent} flat
 * @returns {VNode}
 */
function flatPanel(box, state, flat) {
  const steps = Number(state.steps);
  const x = scaleLinear([1, Math.max(2, steps)], [box.left, box.right]);
  const y = scaleLinear(DECADES, [box.bottom, box.top]);
  /** @param {Float64Array} norms @returns {Array<[number, number] | null>} */
  const points = (norms) => Array.from(norms, (value, i) => {
    const exponent = Math.log10(value);
    return exponent >= DECADES[0] && exponent <= DECADES[1] ? [x(i + 1), y(exponent)] : null;
  });
  const before = points(flat.before);
  const after = points(flat.after);
  const every = Math.max(1, Math.ceil(steps / 8));
  const marked = /** @type {Array<[number, number]>} */ (after.filter((point, i) => point && i % every === 0));
  const limit = y(Math.log10(Number(state.max_norm)));
  const clip = `clip at ${say(Number(state.max_norm))}`;
  const clipAt = limit + (limit < box.top + 24 ? 18 : -7);
  // The key stands where it covers neither the curve nor the limit, or at least not the limit.
  const key = ["before: wide band", "after: thin line, squares"];
  const taken = [
    room({ x: box.right, y: clipAt, anchor: "end" }, clip), { ...box, top: limit - 2, bottom: limit + 2 },
    ...before.flatMap((point) => (point ? [{ left: point[0] - 4, right: point[0] + 4, top: point[1] - 4, bottom: point[1] + 4 }] : [])),
  ];
  const heights = Array.from({ length: Math.floor((box.bottom - box.top - 41) / 7) + 1 }, (_, i) => box.top + 16 + 7 * i);
  const free = (/** @type {Box[]} */ others) => heights.find((top) => key.every((text, i) => {
    const needs = room({ x: box.left + 10, y: top + 19 * i, anchor: "start" }, text);
    return !others.some((other) => overlap(needs, other));
  }));
  const words = free(taken) ?? free(taken.slice(0, 2)) ?? box.top + 20;
  return h(
    "g", { "data-part": "flat" },
    yAxis({
      box, scale: y, ticks: [-6, -3, 0, 3], format: power, label: "gradient norm from the flat start",
      labelX: box.left - 46,
    }),
    xAxis({
      box, scale: x, ticks: integerTicks(1, Math.max(2, steps), 5), label: "step",
    }),
    h("path", { d: `M${px(box.left)} ${px(limit)}H${px(box.right)}`, stroke: colour("ink"), "stroke-width": 1.5, "stroke-dasharray": "2 3" }),
    onGround(box.right, clipAt, clip, { "text-anchor": "end" }),
    h("path", {
      "data-path": "flat-before", d: linePath(before), fill: "none", stroke: colour("gradient"), "stroke-width": 8, "stroke-opacity": 0.45,
    }),
    h("path", { "data-path": "flat-after", d: linePath(after), fill: "none", stroke: colour("weight"), "stroke-width": 2 }),
    h("path", { d: markerPath("square", marked, 40), fill: colour("weight") }),
    onGround(box.left + 10, words, key[0], { fill: colour("gradient") }),
    onGround(box.left + 10, words + 19, key[1], { fill: colour("weight") }),
  );
}

/**
 * @param {State} state
 * @param {number} width
 * @returns {import("./lib/lab.js").View}
 */
export function view(state, width) {
  const all = runs(state);
  const wide = width >= 600;
  const split = wide ? Math.round(width * 0.58) : width;
  const high = wide ? 400 : Math.round(Math.min(420, width * 1.02));
  /** @type {Box} */
  const map = { left: 34, right: split - 10, top: 58, bottom: high - 46 };
  /** @type {Box} */
  const side = wide
    ? { left: split + 56, right: width - 12, top: 58, bottom: high - 46 }
    : { left: 54, right: width - 12, top: high + 36, bottom: high + 216 };
  const legend = h(
    "g", { "data-part": "legend" },
    h("path", { d: "M4 14h34", stroke: colour("weight"), "stroke-width": 2 }),
    h("path", { d: markerPath("square", [[21, 14]], 40), fill: colour("weight") }),
    label(46, 19, "clipped", { fill: colour("weight") }),
    h("path", { d: "M114 14h34", stroke: colour("gradient"), "stroke-width": 2, "stroke-dasharray": "8 3 2 3" }),
    h("path", { d: markerPath("triangle", [[131, 14]], 50), fill: colour("gradient") }),
    label(156, 19, "not clipped", { fill: colour("gradient") }),
  );
  const { clipped, unclipped, flat } = all;
  const now = sentence(state, all);
  return {
    picture: picture(
      { width, height: wide ? high : high + 264, title: `Loss of a one-unit RNN over its weight w and bias b, darker where it is higher, with two runs of descent on it; beside it the gradient norm of a run that starts on flat ground. ${now}` },
      legend, surfacePanel(map, all), flatPanel(side, state, flat),
    ),
    now,
    numbers: [
      { name: "unclipped", label: "Loss at the end, not clipped", symbol: "", value: last(unclipped.loss), text: say(last(unclipped.loss), 3) },
      { name: "clipped", label: "Loss at the end, clipped", symbol: "", value: last(clipped.loss), text: say(last(clipped.loss), 3) },
      { name: "touched", label: "Steps that the clip cut", symbol: "", value: clipped.touched, text: `${clipped.touched} of ${state.steps}` },
      { name: "tiny_before", label: "Flat start, norm before the clip", symbol: "", value: flat.before[0], text: say(flat.before[0], 4) },
      { name: "tiny_after", label: "Flat start, norm after the clip", symbol: "", value: flat.after[0], text: say(flat.after[0], 4) },
    ],
    note: `One tanh unit read after ${CLIFF.length} steps: h₀ = 0.5, hₜ = tanh(w hₜ₋₁ + b), loss (h₂₀ + 0.5)². One start is a story, not a proof: of 1,600 starts spread over this map, at learning rate 0.1 and 200 steps, SGD reaches a loss below 0.01 from 747, with the gradient clipped at 1 from 840. Adam: 1,579 and 1,589.`,
  };
}

/** Two significant digits: what a slider on a log scale gives. @param {number} value */
const round = (value) => Number(value.toPrecision(2));

/** @type {Omit<import("./lib/lab.js").Spec, "name">} */
const parts = {
  question: "What does clipping save you from?",
  advice: "Press “Same start, Adam”, then come back with Reset and move the start along the foot of the cliff.",
  fields,
  presets: [
    { label: "Over the cliff", state: { ...DEFAULT_STATE } },
    { label: "Clip too tight", state: { ...DEFAULT_STATE, max_norm: 0.1 } },
    { label: "Same start, Adam", state: { ...DEFAULT_STATE, optimiser: "Adam" } },
  ],
  controls: ({ change, signal, id }) => {
    const clip = slider({
      id: id("max_norm"), name: "max_norm", label: "Clip the gradient norm at", symbol: "max_norm", field: fields.max_norm, signal,
      positions: [0, 80], toValue: (p) => round(10 ** (p / 20 - 2)), toPosition: (v) => 20 * (Math.log10(v) + 2),
      onChange: (value) => change({ max_norm: value }),
    });
    const rate = slider({
      id: id("learning_rate"), name: "learning_rate", label: "Learning rate", symbol: "lr", field: fields.learning_rate, signal,
      positions: [0, 60], toValue: (p) => round(10 ** (p / 20 - 3)), toPosition: (v) => 20 * (Math.log10(v) + 3),
      onChange: (value) => change({ learning_rate: value }),
    });
    const weight = slider({
      id: id("start_w"), name: "start_w", label: "Start: recurrent weight", symbol: "w", field: fields.start_w, signal,
      positions: [0, 80], toValue: (p) => p / 20, toPosition: (v) => v * 20, onChange: (value) => change({ start_w: value }),
    });
    const bias = slider({
      id: id("start_b"), name: "start_b", label: "Start: bias", symbol: "b", field: fields.start_b, signal,
      positions: [-40, 40], toValue: (p) => p / 20, toPosition: (v) => v * 20, onChange: (value) => change({ start_b: value }),
    });
    const count = slider({
      id: id("steps"), name: "steps", label: "Steps", symbol: "", field: fields.steps, signal,
      positions: [1, 400], toValue: (p) => p, toPosition: (v) => v, page: 20, onChange: (value) => change({ steps: value }),
    });
    const method = choice({
      id: id("optimiser"), name: "optimiser", label: "Optimiser", signal,
      options: [{ value: "SGD", label: "SGD" }, { value: "Adam", label: "Adam" }],
      onChange: (value) => change({ optimiser: value }),
    });
    return {
      elements: [clip, rate, weight, bias, count, method].map((control) => control.element),
      set: (state) => {
        clip.set(Number(state.max_norm));
        rate.set(Number(state.learning_rate));
        weight.set(Number(state.start_w));
        bias.set(Number(state.start_b));
        count.set(Number(state.steps));
        method.set(String(state.optimiser));
      },
    };
  },
  view,
};

/** The default picture, drawn under Node when bundles are made. @param {number} [width] */
export const draw = (width = DEFAULT_WIDTH) => view(DEFAULT_STATE, width).picture;

export default {
  /** @param {{model: import("./lib/lab.js").Model, el: HTMLElement}} host */
  render: (host) => openLab(host, { name: "ClippingLab", ...parts }),
};
