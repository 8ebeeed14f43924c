// @ts-check
/** GradientExplorer: three gradients of TinyRNN over the sequence length, on a log axis. */
import { choice, slider } from "./lib/controls.js";
import {
  colour, h, integerTicks, label, linePath, markerPath, picture, px, scaleLinear, spread, xAxis, yAxis,
} from "./lib/chart.js";
import { explain, HOLDS } from "./lib/explain.js";
import { integer, oneOf, real } from "./lib/hash.js";
import { DEFAULT_WIDTH, openLab } from "./lib/lab.js";
import { tinyGradients } from "./lib/tiny.js";
import { power, say, sixDecimals } from "./lib/words.js";

/** @typedef {import("./lib/lab.js").Spec} Spec */
/** @typedef {import("./lib/lab.js").State} State */
/** @typedef {import("./lib/tiny.js").Gradients} Gradients */
/** @typedef {import("./lib/explain.js").Tiny} Tiny */
/** @typedef {import("./lib/chart.js").Token} Token */
/** @typedef {import("./lib/chart.js").Shape} Shape */

/** @type {Tiny} */
export const DEFAULT = { wh_init: 0.5, length: 10, activation: "relu", precision: "float32" };

const fields = {
  wh_init: real(-10, 10),
  length: integer(1, 100),
  activation: oneOf(["relu", "tanh", "linear"]),
  precision: oneOf(["float32", "float64"]),
};

/**
 * A purple line is a gradient; its marker says of what, in that thing's own colour and shape.
 * @type {Array<{key: "h_init" | "wh" | "wy", words: string, token: Token, shape: Shape, size: number, dash?: string, width: number, faint?: number}>}
 */
const SERIES = [
  { key: "h_init", words: "First state", token: "state", shape: "square", size: 110, width: 5, faint: 0.4 },
  { key: "wh", words: "Recurrent weight", token: "weight", shape: "diamond", size: 60, dash: "1.5 5", width: 2.5 },
  { key: "wy", words: "Output weight", token: "output", shape: "triangle", size: 36, dash: "8 5", width: 2 },
];

/** One key press is 0.01 up to ±2 and 0.1 beyond: fine steps where the story turns. */
export const WEIGHT = {
  positions: /** @type {[number, number]} */ ([-280, 280]),
  /** @param {number} position */
  toValue: (position) => {
    const size = Math.abs(position);
    return Math.sign(position) * (size <= 200 ? size / 100 : (size - 180) / 10) || 0;
  },
  /** @param {number} value */
  toPosition: (value) => {
    const size = Math.abs(value);
    return Math.sign(value) * (size <= 2 ? size * 100 : size * 10 + 180);
  },
};

const RAIL = 30;
const ROW = 9;

/** The smallest of a few ranges that holds a value, so that axes stay put while a slider moves.
 * @param {number[]} ranges @param {number} value */
const snap = (ranges, value) => ranges.find((range) => range >= value) ?? ranges[ranges.length - 1];

/**
 * The chart: size of the gradients on a log axis between two rails, one for exact zeros, one for inf and nan.
 * @param {Tiny} state
 * @param {Gradients[]} all
 * @param {number} width
 */
function chart(state, all, width) {
  const { length } = state;
  const height = width > 600 ? 400 : 380;
  const box = { left: 72, right: width - 106, top: 48 + RAIL, bottom: height - 54 - RAIL };
  const exponents = all.flatMap((at) => SERIES.map(({ key }) => Math.log10(Math.abs(at[key])))).filter(Number.isFinite);
  const decades = snap([4, 8, 16, 32, 64, 128, 200, 324], Math.max(...exponents.map(Math.abs), 0));
  const x = scaleLinear([1, snap([10, 20, 50, 100], length)], [box.left + 14, box.right - 10]);
  const y = scaleLinear([-decades, decades], [box.bottom, box.top]);
  const longest = x.domain()[1];
  const inside = { ...box, top: box.top - RAIL, bottom: box.bottom + RAIL };

  /** Where a gradient is drawn: on the axis, or in its row of a rail. @param {number} value @param {number} series */
  const place = (value, series) => {
    if (value === 0) return box.bottom + 6 + ROW * series;
    if (!Number.isFinite(value)) return box.top - RAIL + 6 + ROW * series;
    return y(Math.log10(Math.abs(value)));
  };
  /** @param {number} from @param {number} to @param {string} words @param {number} at */
  const band = (from, to, words, at) => [
    from !== to && h("rect", {
      x: px(box.left), y: px(from), width: px(box.right - box.left), height: px(to - from),
      fill: colour("muted"), "fill-opacity": 0.13,
    }),
    // A short sequence has its names at the left: the word they would cover stays away.
    label(box.left + 8, at, heights.some((name) => Math.abs(name + 5 - at) < 17) && x(length) < box.left + 8 * words.length ? "" : words, {
      fill: colour("muted"), "font-style": "italic",
    }),
  ];
  const high = y(Math.log10(HOLDS.high));
  const low = y(Math.log10(HOLDS.low));
  const stride = longest <= 20 ? 1 : longest <= 50 ? 3 : 5;

  const lines = SERIES.map((series, i) => {
    /** @type {Array<[number, number] | null>} */
    const points = [];
    /** @type {{positive: Array<[number, number]>, negative: Array<[number, number]>, none: Array<[number, number]>}} */
    const marks = { positive: [], negative: [], none: [] };
    for (const at of all) {
      const value = at[series.key];
      /** @type {[number, number]} */
      const point = [x(at.length), place(value, i)];
      const onAxis = value !== 0 && Number.isFinite(value);
      points.push(onAxis ? point : null);
      if ((length - at.length) % stride === 0) {
        marks[Number.isNaN(value) ? "none" : value < 0 ? "negative" : "positive"].push(point);
      }
    }
    const size = (/** @type {number} */ on) => (on ? 0.6 : 1) * series.size;
    const draw = (/** @type {Array<[number, number]>} */ list, /** @type {Shape} */ shape) =>
      ["axis", "rail"].map((where) => markerPath(
        shape,
        list.filter((point) => (point[1] < box.top || point[1] > box.bottom) === (where === "rail")),
        where === "rail" ? Math.min(size(1), 30) : size(longest > 20 ? 1 : 0),
      )).join("");
    return h(
      "g", { "data-series": series.key },
      h("path", {
        d: linePath(points), fill: "none", stroke: colour("gradient"), "stroke-width": series.width,
        "stroke-opacity": series.faint, "stroke-dasharray": series.dash, "stroke-linecap": "round",
      }),
      h("path", { d: draw(marks.positive, series.shape), fill: colour(series.token) }),
      h("path", { d: draw(marks.negative, series.shape), fill: colour("raised"), stroke: colour(series.token), "stroke-width": 1.75 }),
      h("path", { d: draw(marks.none, "cross"), fill: "none", stroke: colour(series.token), "stroke-width": 2 }),
    );
  });

  const last = all[length - 1];
  const twins = Object.is(last.h_init, last.wy);
  const names = SERIES.filter(({ key }) => !(twins && key === "wy")).map(({ key, token }) => ({
    text: `∂${key}${twins && key === "h_init" ? " = ∂wy" : ""}`, token,
    y: place(last[key], SERIES.findIndex((series) => series.key === key)),
  }));
  const heights = spread(names.map((name) => name.y), 17, [inside.top + 6, inside.bottom - 4]);
  const at = x(length);
  const negative = all.some((g) => SERIES.some(({ key }) => g[key] < 0));
  const narrow = width < 340;
  const ticks = integerTicks(1, longest, width > 600 ? 10 : width < 290 ? 3 : narrow ? 4 : 6);

  return picture(
    { width, height, title: describe(state, last) },
    band(box.top, high, "explodes", box.top + 18),
    band(low, low, "holds", low - 8),
    band(low, box.bottom, "vanishes", box.bottom - 8),
    [inside.top, box.bottom].map((top) => h("rect", {
      x: px(box.left), y: px(top), width: px(box.right - box.left), height: RAIL, fill: colour("ground"), "fill-opacity": 0.7,
    })),
    yAxis({
      box, scale: y, ticks: integerTicks(-decades, decades, 9), format: power,
      label: "",
    }),
    label(0, 16, narrow ? "gradient size (log scale)" : "size of the gradient (log scale)"),
    label(width, 16, !negative ? "" : narrow ? "hollow: < 0" : "hollow: negative", { "text-anchor": "end", fill: colour("muted") }),
    label(box.left - 8, inside.top + 19, "inf, nan", { "text-anchor": "end", fill: colour("muted") }),
    label(box.left - 8, box.bottom + 20, "exactly 0", { "text-anchor": "end", fill: colour("muted") }),
    xAxis({ box: inside, scale: x, ticks: ticks[0] === 1 || longest <= 10 ? ticks : [1, ...ticks], label: "sequence length L" }),
    h("path", {
      d: `M${px(at)} ${px(inside.top)}V${px(inside.bottom)}`, stroke: colour("ink"), "stroke-width": 1.25, "stroke-dasharray": "4 4", fill: "none",
    }),
    label(at, inside.top - 8, `L = ${length}`, { "text-anchor": "middle", "font-weight": 600 }),
    lines,
    names.map((name, i) => label(at + 12, heights[i] + 5, name.text, {
      fill: colour(name.token), "font-weight": 600, stroke: colour("raised"), "stroke-width": 4, "paint-order": "stroke", "stroke-linejoin": "round",
    })),
  );
}

/** The picture in words. @param {Tiny} state @param {Gradients} last */
function describe({ wh_init: wh, length, activation, precision }, last) {
  const values = SERIES.map(({ key }) => `∂${key} ends at ${say(last[key])}`).join(", ");
  return `Three gradients on a log axis over sequence lengths 1 to ${length}, for wh = ${say(wh, 8)}, ${activation}, ${precision}: ${values}.`;
}

/**
 * Everything the lab shows for a state. Pure: no document needed.
 * @param {State} traits
 * @param {number} width
 * @returns {import("./lib/lab.js").View}
 */
export function view(traits, width) {
  const state = /** @type {Tiny} */ (/** @type {unknown} */ (traits));
  const all = tinyGradients(state.wh_init, state.length, state.activation, state.precision);
  const last = all[state.length - 1];
  const printed = SERIES.map(({ key }) => sixDecimals(last[key] + 0)); // + 0: a zero without sign, as show_grads has it
  return {
    picture: chart(state, all, width),
    now: explain(state, all),
    numbers: [
      ...SERIES.map(({ key, words }) => ({
        name: key, label: words, symbol: `∂loss/∂${key}`, value: last[key], text: say(last[key], 6),
      })),
      { name: "loss", label: "Loss", symbol: "(y − target)²", value: last.loss, text: say(last.loss, 5) },
    ],
    line: `The table prints   L = ${state.length}   ${printed.join("   ")}`,
    note: state.activation === "tanh"
      ? "With tanh the last digits differ from torch's: each computes tanh in its own way, and 1 − h² magnifies the difference. With ReLU and linear every digit is torch's."
      : "",
  };
}

/** @type {Spec} */
const spec = {
  name: "GradientExplorer",
  question: "Does the gradient survive the way back?",
  advice: "Drag wh across 1 and watch the curves tip over. Then make the sequence longer.",
  fields,
  presets: [
    { label: "Vanish", state: { ...DEFAULT, wh_init: 0.5, length: 40 } },
    { label: "Hold", state: { ...DEFAULT, wh_init: 1, length: 40 } },
    { label: "Explode into zero", state: { ...DEFAULT, wh_init: 10, length: 10 } },
  ],
  controls: ({ change, signal, id }) => {
    const weight = slider({
      id: id("wh_init"), name: "wh_init", label: "Recurrent weight", symbol: "wh", field: fields.wh_init, signal, ...WEIGHT,
      onChange: (value) => change({ wh_init: value }),
    });
    const length = slider({
      id: id("length"), name: "length", label: "Sequence length", symbol: "L", field: fields.length, signal,
      positions: [1, 100], toValue: Number, toPosition: Number, onChange: (value) => change({ length: value }),
    });
    const activation = choice({
      id: id("activation"), name: "activation", label: "Activation", signal,
      options: [{ value: "relu", label: "ReLU" }, { value: "tanh", label: "tanh" }, { value: "linear", label: "linear" }],
      onChange: (value) => change({ activation: value }),
    });
    const precision = choice({
      id: id("precision"), name: "precision", label: "Precision", signal,
      options: [{ value: "float32", label: "float32" }, { value: "float64", label: "float64" }],
      onChange: (value) => change({ precision: value }),
    });
    return {
      elements: [weight.element, length.element, activation.element, precision.element],
      set: (state) => {
        weight.set(Number(state.wh_init));
        length.set(Number(state.length));
        activation.set(String(state.activation));
        precision.set(String(state.precision));
      },
    };
  },
  view,
};

/** The picture of the default state. @param {number} [width] */
export const draw = (width = DEFAULT_WIDTH) => view({ ...DEFAULT }, width).picture;

export default {
  /** @param {{model: import("./lib/lab.js").Model, el: HTMLElement}} host */
  render: (host) => openLab(host, spec),
};
