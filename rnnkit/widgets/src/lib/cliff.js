// @ts-check
/**
 * The loss surface of an RNN with one tanh unit and no input, and descent on it.
 *
 * h_t = tanh(w h_{t-1} + b), h_0 given, loss = (h_T - target)^2. Only w and b are learned, so the
 * loss is a surface over a plane. Where repeated application of one map changes its mind between two fixed
 * points the surface has a cliff (Pascanu, Mikolov & Bengio 2013, section 2.3; their unit is another one).
 */
import { adam, sgd } from "./adam.js";
import { clipGradientNorm, norm } from "./clip.js";

/** @typedef {{length: number, start: number, target: number}} Unit  T, h_0 and the target */

/** The unit that ClippingLab shows.
 * @type {Readonly<Unit>} */
export const CLIFF = Object.freeze({ length: 20, start: 0.5, target: -0.5 });

/**
 * All hidden states of the unit, h_0 .. h_T.
 *
 * @param {number} w
 * @param {number} b
 * @param {Unit} [unit]
 * @returns {Float64Array} T + 1 values
 */
export function states(w, b, unit = CLIFF) {
  const h = new Float64Array(unit.length + 1);
  h[0] = unit.start;
  for (let t = 1; t <= unit.length; t++) h[t] = Math.tanh(w * h[t - 1] + b);
  return h;
}

/**
 * The loss at one point of the surface.
 *
 * @param {number} w
 * @param {number} b
 * @param {Unit} [unit]
 * @returns {number}
 */
export function cliffLoss(w, b, unit = CLIFF) {
  let h = unit.start;
  for (let t = 0; t < unit.length; t++) h = Math.tanh(w * h + b);
  return (h - unit.target) ** 2;
}

/**
 * Gradient of the loss by backpropagation through time, given the states.
 *
 * @param {number} w
 * @param {Float64Array} h  T + 1 states
 * @param {Unit} [unit]
 * @returns {{loss: number, w: number, b: number, start: number}} the loss, and its derivatives with respect to w, b and h_0
 */
export function cliffBackward(w, h, unit = CLIFF) {
  const T = h.length - 1;
  const error = h[T] - unit.target;
  let delta = 2 * error; // dL/dh_t
  let gradientW = 0;
  let gradientB = 0;
  for (let t = T; t >= 1; t--) {
    const local = delta * (1 - h[t] * h[t]); // dL/d(w h_{t-1} + b)
    gradientW += local * h[t - 1];
    gradientB += local;
    delta = local * w;
  }
  return { loss: error * error, w: gradientW, b: gradientB, start: delta };
}

/**
 * @typedef {object} DescentOptions
 * @property {number} w             where it starts
 * @property {number} b
 * @property {number} learningRate
 * @property {number} steps
 * @property {"SGD" | "Adam"} optimiser
 * @property {number | null} maxNorm  null: no clipping
 * @property {Unit} [unit]
 */

/**
 * @typedef {object} Descent
 * @property {Float64Array} w       steps + 1 values, the start first
 * @property {Float64Array} b
 * @property {Float64Array} loss    steps + 1 values
 * @property {Float64Array} before  steps gradient norms, as backpropagation gave them
 * @property {Float64Array} after   steps gradient norms, as the optimiser met them
 * @property {number} touched       at how many steps the clip changed the gradient
 */

/**
 * Descend, and keep everything that happened.
 *
 * @param {DescentOptions} options
 * @returns {Descent}
 */
export function descend({ w, b, learningRate, steps, optimiser, maxNorm, unit = CLIFF }) {
  const theta = Float64Array.of(w, b);
  const gradient = new Float64Array(2);
  const method = optimiser === "Adam" ? adam({ learningRate, size: 2 }) : sgd({ learningRate });
  const path = {
    w: new Float64Array(steps + 1),
    b: new Float64Array(steps + 1),
    loss: new Float64Array(steps + 1),
    before: new Float64Array(steps),
    after: new Float64Array(steps),
    touched: 0,
  };
  for (let step = 0; step <= steps; step++) {
    const here = cliffBackward(theta[0], states(theta[0], theta[1], unit), unit);
    path.w[step] = theta[0];
    path.b[step] = theta[1];
    path.loss[step] = here.loss;
    if (step === steps) break;
    gradient[0] = here.w;
    gradient[1] = here.b;
    path.before[step] = norm(gradient);
    if (maxNorm !== null && clipGradientNorm(gradient, maxNorm).factor !== 1) path.touched += 1;
    path.after[step] = norm(gradient);
    method.step(theta, gradient);
  }
  return path;
}

/**
 * The surface on a grid, row by row from the smallest b upwards.
 *
 * @param {{w: [number, number], b: [number, number], columns: number, rows: number, unit?: Unit}} grid  points at cell centres
 * @returns {Float64Array} rows * columns losses
 */
export function cliffSurface({ w, b, columns, rows, unit = CLIFF }) {
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const y = b[0] + ((r + 0.5) * (b[1] - b[0])) / rows;
    for (let c = 0; c < columns; c++) {
      values[r * columns + c] = cliffLoss(w[0] + ((c + 0.5) * (w[1] - w[0])) / columns, y, unit);
    }
  }
  return values;
}
