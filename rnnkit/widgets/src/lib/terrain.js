// @ts-check
/**
 * A surface as shaded ground, and paths across it: pure geometry in px.
 */
import { px } from "./chart.js";

/** @typedef {import("./chart.js").Box} Box */

/**
 * Paths that cover the cells of a grid at or above each threshold; filled one over the other they shade the ground.
 *
 * Horizontal runs of cells become one rectangle each: a few kilobytes instead of thousands of elements.
 *
 * @param {{values: Float64Array, columns: number, rows: number}} grid row by row from the bottom
 * @param {number[]} thresholds
 * @param {Box} box
 * @returns {string[]} one `d` a threshold
 */
export function shading({ values, columns, rows }, thresholds, box) {
  const x = (/** @type {number} */ c) => Math.round(box.left + (c * (box.right - box.left)) / columns);
  const y = (/** @type {number} */ r) => Math.round(box.bottom - (r * (box.bottom - box.top)) / rows);
  return thresholds.map((threshold) => {
    let d = "";
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        if (!(values[r * columns + c] >= threshold)) continue;
        const from = c;
        while (c + 1 < columns && values[r * columns + c + 1] >= threshold) c++;
        d += `M${x(from)} ${y(r + 1)}h${x(c + 1) - x(from)}v${y(r) - y(r + 1)}H${x(from)}z`;
      }
    }
    return d;
  });
}

/**
 * The part of a segment inside a box (Liang & Barsky 1984), or null.
 *
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {Box} box
 * @returns {{from: [number, number], to: [number, number], leaves: boolean} | null}
 */
export function inside([x, y], [toX, toY], box) {
  if (![x, y, toX, toY].every(Number.isFinite)) return null;
  const dx = toX - x;
  const dy = toY - y;
  let enter = 0;
  let leave = 1;
  for (const [p, q] of [[-dx, x - box.left], [dx, box.right - x], [-dy, y - box.top], [dy, box.bottom - y]]) {
    if (p === 0) {
      if (q < 0) return null;
    } else if (p < 0) enter = Math.max(enter, q / p);
    else leave = Math.min(leave, q / p);
  }
  if (enter > leave) return null;
  return {
    from: [x + enter * dx, y + enter * dy],
    to: [x + leave * dx, y + leave * dy],
    leaves: leave < 1,
  };
}

/**
 * A path cut at the edges of a box.
 *
 * @param {Array<[number, number]>} points in px
 * @param {Box} box
 * @returns {{d: string, points: Array<[number, number]>, exit: {at: [number, number], angle: number} | null}}
 *   the line, the points inside, and where and at what angle (degrees) it first leaves the box
 */
export function pathInside(points, box) {
  let d = "";
  /** @type {{at: [number, number], angle: number} | null} */
  let exit = null;
  for (let i = 1; i < points.length; i++) {
    const part = inside(points[i - 1], points[i], box);
    if (!part) continue;
    const joined = d && part.from[0] === points[i - 1][0] && part.from[1] === points[i - 1][1];
    d += `${joined ? "" : `M${px(part.from[0])} ${px(part.from[1])}`}L${px(part.to[0])} ${px(part.to[1])}`;
    if (part.leaves && !exit) {
      const angle = Math.atan2(points[i][1] - points[i - 1][1], points[i][0] - points[i - 1][0]);
      exit = { at: part.to, angle: (angle * 180) / Math.PI };
    }
  }
  const within = points.filter(([x, y]) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  return { d, points: within, exit };
}
