// @ts-check
/**
 * Parts of a chart as SVG trees (see svg.js): frame, axes, lines, markers, labels.
 * d3-scale maps and picks ticks, d3-shape draws lines and symbols. d3-axis is not used:
 * it needs a document, and the default pictures are drawn under Node, where there is none.
 */
import { scaleLinear } from "d3-scale";
import {
  line as d3line, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle, symbolX,
} from "d3-shape";
import { h } from "./svg.js";

/** @typedef {import("./svg.js").VNode} VNode */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box edges of the plot area in px */
/** @typedef {(value: number) => number} Scale */
/** @typedef {"circle" | "square" | "triangle" | "diamond" | "cross"} Shape */
/** @typedef {"input" | "state" | "output" | "weight" | "gradient" | "muted" | "ink" | "ground" | "raised"} Token */

export { scaleLinear, h };

/**
 * The colour of a meaning, from palette.css; works in SVG attributes and in CSS.
 * @param {Token} token
 */
export const colour = (token) => `var(--rnn-${token})`;

/** Coordinates with two decimals: short markup, no visible difference. @param {number} value */
export const px = (value) => Math.round(value * 100) / 100;

/** Font size of every label in px; charts are drawn at the width they are shown at. */
export const TEXT = 14;

/**
 * The root of a picture. `title` is its text alternative: say what is seen.
 * @param {{width: number, height: number, title: string}} options
 * @param {...(VNode | null | undefined | false | Array<VNode | null | undefined | false>)} children
 * @returns {VNode}
 */
export function picture({ width, height, title }, ...children) {
  return h(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${px(width)} ${px(height)}`, role: "img",
      "aria-label": title, "font-family": "inherit", "font-size": TEXT, fill: colour("ink"),
    },
    ...children,
  );
}

/**
 * A text label.
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {Record<string, string | number | undefined>} [attrs] `text-anchor`, `fill`, ...
 */
export const label = (x, y, content, attrs = {}) => h("text", { x: px(x), y: px(y), ...attrs }, content);

/**
 * Axis below the plot: ticks, tick labels, label in words. No domain line on the value axis side.
 * @param {{box: Box, scale: Scale, ticks: number[], format?: (value: number) => string, label: string,
 *          grid?: boolean}} options
 * @returns {VNode}
 */
export function xAxis({ box, scale, ticks, format = String, label: words, grid = false }) {
  return h(
    "g",
    { "data-axis": "x" },
    h("path", { d: `M${px(box.left)} ${px(box.bottom)}H${px(box.right)}`, stroke: colour("muted"), fill: "none" }),
    ticks.map((tick) => {
      const x = px(scale(tick));
      return h(
        "g",
        {},
        h("path", {
          d: `M${x} ${px(box.bottom)}v5${grid ? `M${x} ${px(box.top)}V${px(box.bottom)}` : ""}`,
          stroke: colour("muted"), "stroke-opacity": grid ? 0.35 : 1, fill: "none",
        }),
        label(x, box.bottom + 20, format(tick), { "text-anchor": "middle", fill: colour("muted") }),
      );
    }),
    label((box.left + box.right) / 2, box.bottom + 40, words, { "text-anchor": "middle" }),
  );
}

/**
 * Axis at the left: a light grid line at each tick, the label in words above the axis (read without turning the head).
 * @param {{box: Box, scale: Scale, ticks: number[], format?: (value: number) => string, label: string,
 *          labelX?: number, grid?: boolean}} options
 * @returns {VNode}
 */
export function yAxis({ box, scale, ticks, format = String, label: words, labelX = 0, grid = true }) {
  return h(
    "g",
    { "data-axis": "y" },
    ticks.map((tick) => {
      const y = px(scale(tick));
      return h(
        "g",
        {},
        grid && h("path", {
          d: `M${px(box.left)} ${y}H${px(box.right)}`, stroke: colour("muted"), "stroke-opacity": 0.3, fill: "none",
        }),
        label(box.left - 8, y + 5, format(tick), { "text-anchor": "end", fill: colour("muted") }),
      );
    }),
    label(labelX, box.top - 12, words),
  );
}

/** Path of a line through points; a point that is `null` or not finite breaks it. */
const through = d3line()
  .defined((point) => point !== null && Number.isFinite(point[0]) && Number.isFinite(point[1]))
  .x((point) => px(point[0]))
  .y((point) => px(point[1]));

/**
 * The `d` of a line.
 * @param {Array<[number, number] | null>} points in px
 */
export const linePath = (points) => through(/** @type {Array<[number, number]>} */ (points)) ?? "";

const SYMBOLS = {
  circle: symbolCircle, square: symbolSquare, triangle: symbolTriangle, diamond: symbolDiamond, cross: symbolX,
};

/**
 * Many markers of one shape in one `d`, so that a hundred points cost one element.
 * @param {Shape} shape
 * @param {Array<[number, number]>} points in px
 * @param {number} [size] area in px², as d3-shape has it
 */
export function markerPath(shape, points, size = 50) {
  let d = "";
  for (const [x, y] of points) {
    /** @param {number} dx @param {number} dy */
    const at = (dx, dy) => `${px(x + dx)},${px(y + dy)}`;
    const pen = {
      /** @param {number} dx @param {number} dy */
      moveTo: (dx, dy) => { d += `M${at(dx, dy)}`; },
      /** @param {number} dx @param {number} dy */
      lineTo: (dx, dy) => { d += `L${at(dx, dy)}`; },
      closePath: () => { d += "Z"; },
      /** @param {number} dx @param {number} dy @param {number} width @param {number} height */
      rect: (dx, dy, width, height) => { d += `M${at(dx, dy)}h${px(width)}v${px(height)}h${px(-width)}Z`; },
      /** @param {number} cx @param {number} cy @param {number} r */
      arc: (cx, cy, r) => {
        const arc = `A${px(r)},${px(r)},0,1,1,`;
        d += `M${at(cx - r, cy)}${arc}${at(cx + r, cy)}${arc}${at(cx - r, cy)}Z`;
      },
    };
    SYMBOLS[shape].draw(/** @type {any} */ (pen), size);
  }
  return d;
}

/**
 * Vertical places for direct labels: as near to the wanted ones as a `gap` between them allows.
 * @param {number[]} wanted
 * @param {number} gap px between neighbours
 * @param {[number, number]} range lowest and highest place
 * @returns {number[]} in the order of `wanted`
 */
export function spread(wanted, gap, [low, high]) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const placed = wanted.slice();
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(wanted[i], floor);
    floor = placed[i] + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i], ceiling);
    ceiling = placed[i] - gap;
  }
  return placed;
}

/** Integers between two bounds (both included) by a step that leaves at most `count` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function integerTicks(low, high, count) {
  let step = 1;
  for (const next of [1, 2, 5, 10, 20, 25, 50, 100, 200]) {
    step = next;
    if ((high - low) / next < count) break;
  }
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  return ticks;
}
