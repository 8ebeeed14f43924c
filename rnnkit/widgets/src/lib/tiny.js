// @ts-check
/**
 * TinyRNN in the browser: one number of state, no input, and torch's gradients of it.
 *
 *   h_t = act(wh · h_{t−1}),  h_0 = 1;  y = wy · h_L,  wy = 1;  loss = (y − target)²,  target = y − 1 (a constant).
 *
 * Each operation is rounded as torch rounds it and sums run in autograd's order (last step first), so relu and
 * linear agree with torch bit for bit. The twin in Python is rnnkit/gradients.py.
 */

/** @typedef {"relu" | "tanh" | "linear"} Activation */
/** @typedef {"float32" | "float64"} Precision */
/** @typedef {{length: number, h_init: number, wh: number, wy: number, loss: number, state: number}} Gradients */

/** @type {Record<Precision, (value: number) => number>} */
const ROUND = { float32: Math.fround, float64: (value) => value };

/** @type {Record<Activation, (value: number) => number>} */
const FORWARD = {
  relu: (value) => (value < 0 ? 0 : value), // keeps −0 and nan, as torch does
  tanh: Math.tanh,
  linear: (value) => value,
};

/**
 * 1 − h², rounded once, as torch's tanh backward computes it with a fused multiply-add.
 * Two roundings would lose the leading digits when h is near 1.
 * @param {number} h
 * @param {Precision} precision
 */
function tanhSlope(h, precision) {
  if (precision === "float32") return Math.fround(1 - h * h); // h·h is exact: 48 bits fit a double
  const square = h * h;
  const scaled = 134217729 * h; // Dekker's split: h = high + low, and the rounding error of h·h is exact
  const high = scaled - (scaled - h);
  const low = h - high;
  const lost = low * low - (square - high * high - 2 * high * low);
  return 1 - square - lost;
}

/**
 * The states h_0 … h_L.
 * @param {number} whInit
 * @param {number} length
 * @param {Activation} activation
 * @param {Precision} precision
 * @returns {Float64Array} length + 1 values, each representable in `precision`
 */
export function tinyStates(whInit, length, activation, precision) {
  const round = ROUND[precision];
  const act = FORWARD[activation];
  const wh = round(whInit);
  const states = new Float64Array(length + 1);
  states[0] = 1;
  for (let t = 1; t <= length; t++) states[t] = round(act(round(wh * states[t - 1])));
  return states;
}

/**
 * Loss and gradients for the sequence that ends at step `length`, given the states up to it.
 * @param {ArrayLike<number>} states h_0 … h_length, or more
 * @param {number} whInit
 * @param {number} length
 * @param {Activation} activation
 * @param {Precision} precision
 * @returns {Gradients}
 */
export function tinyBackward(states, whInit, length, activation, precision) {
  const round = ROUND[precision];
  const wh = round(whInit);
  const y = states[length];
  const target = round(y - 1);
  const error = round(y - target);
  const dy = round(2 * error);
  let dh = dy;
  let dwh = 0;
  for (let t = length; t >= 1; t--) {
    const h = states[t];
    let dz = dh;
    if (activation === "relu") dz = h <= 0 ? 0 : dh;
    else if (activation === "tanh") dz = round(dh * tanhSlope(h, precision));
    const term = round(dz * states[t - 1]);
    dwh = t === length ? term : round(dwh + term);
    dh = round(dz * wh);
  }
  return { length, h_init: dh, wh: dwh, wy: round(dy * y), loss: round(error * error), state: y };
}

/**
 * Gradients for every length from 1 to `length`.
 * @param {number} whInit
 * @param {number} length
 * @param {Activation} activation
 * @param {Precision} precision
 * @returns {Gradients[]}
 */
export function tinyGradients(whInit, length, activation, precision) {
  const states = tinyStates(whInit, length, activation, precision);
  return Array.from({ length }, (_, i) => tinyBackward(states, whInit, i + 1, activation, precision));
}
