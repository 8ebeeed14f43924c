// @ts-check
/**
 * Chapter 6 as a lab needs it: the sine, its windows, a training that can be stepped, and the
 * free-running forecast that judges it. Pure: the Worker, the tests and the bundler all call this.
 */
import { adam } from "./adam.js";
import { generator, permutation, uniform } from "./random.js";
import { concatenatedRNN, meanSquaredError } from "./rnn.js";

export const STEP = 0.1; // time units between samples
export const TRAINING_SAMPLES = 750; // t = 0 .. 74.9
export const TEST_SAMPLES = 1000; // t = 75 .. 174.9
export const BATCH = 128;
export const EPOCHS = 50;
export const LEARNING_RATE = 1e-2;
export const HIDDEN_SIZE = 10;
export const HORIZONS = Object.freeze([100, 300, 1000]);

/**
 * sin(t) at t = from/10, (from + 1)/10, ...
 *
 * @param {number} from
 * @param {number} count
 * @returns {Float64Array}
 */
export function sine(from, count) {
  return Float64Array.from({ length: count }, (_, i) => Math.sin((from + i) * STEP));
}

/**
 * How many windows a series holds when each needs a target after it: samples − length.
 *
 * @param {number} samples
 * @param {number} length
 * @returns {number}
 */
export function windowCount(samples, length) {
  return Math.max(0, samples - length);
}

/**
 * Some of a series' windows as one batch.
 *
 * @param {Float64Array} series
 * @param {ArrayLike<number>} first   where each window begins
 * @param {number} length
 * @returns {{x: Float64Array, y: Float64Array}} x: (T, B, 1), y: (B, 1), the value after each window
 */
export function windowBatch(series, first, length) {
  const batch = first.length;
  const x = new Float64Array(length * batch);
  const y = new Float64Array(batch);
  for (let i = 0; i < batch; i++) {
    for (let t = 0; t < length; t++) x[t * batch + i] = series[first[i] + t];
    y[i] = series[first[i] + length];
  }
  return { x, y };
}

/**
 * @typedef {object} Training
 * @property {import("./rnn.js").Network} network
 * @property {Float64Array} theta  the parameters, changed in place by each step
 * @property {number} length       the window
 * @property {number} steps        how many there are in all
 * @property {number} windows      how many windows the training part of the random split holds
 * @property {() => number} step   one optimiser step; the batch's loss before it
 */

/**
 * Training of the baseline, ready to be stepped: 80% of the windows by random split, batches of 128, Adam.
 *
 * `theta` and `batches` replace what the seed would draw (the tests pass torch's own).
 *
 * @param {{length: number, seed: number, theta?: Float64Array, batches?: ArrayLike<number>[]}} options
 * @returns {Training}
 */
export function sineTraining({ length, seed, theta, batches }) {
  const network = concatenatedRNN({ hiddenSize: HIDDEN_SIZE });
  const next = generator(seed);
  const parameters = theta ?? network.initialise(() => uniform(next));
  const order = batches ?? shuffledBatches(windowCount(TRAINING_SAMPLES, length), next);
  const series = sine(0, TRAINING_SAMPLES);
  const gradient = new Float64Array(network.size);
  const optimiser = adam({ learningRate: LEARNING_RATE, size: network.size });
  let count = 0;
  return {
    network,
    theta: parameters,
    length,
    steps: order.length,
    windows: trainingWindows(windowCount(TRAINING_SAMPLES, length)),
    step() {
      const { x, y } = windowBatch(series, order[count], length);
      const trace = network.forward(parameters, x, length, y.length);
      const { loss, gradient: outputGradient } = meanSquaredError(trace.y, y);
      network.backward(parameters, trace, outputGradient, gradient);
      optimiser.step(parameters, gradient);
      count += 1;
      return loss;
    },
  };
}

/**
 * The size of the training part when torch.utils.data.random_split gets [0.8, 0.2].
 *
 * @param {number} windows
 * @returns {number}
 */
export function trainingWindows(windows) {
  return windows - Math.floor(windows / 5);
}

/**
 * The batches of all epochs: a random 80% of the windows, shuffled anew each epoch, the last batch smaller.
 *
 * @param {number} windows
 * @param {import("./random.js").Generator} next
 * @returns {Int32Array[]}
 */
function shuffledBatches(windows, next) {
  const kept = permutation(windows, next).subarray(0, trainingWindows(windows));
  const batches = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = permutation(kept.length, next).map((i) => kept[i]);
    for (let i = 0; i < order.length; i += BATCH) batches.push(order.subarray(i, i + BATCH));
  }
  return batches;
}

/**
 * Free running: each prediction becomes the newest value of the next window.
 *
 * @param {import("./rnn.js").Network} network
 * @param {Float64Array} theta
 * @param {Float64Array} window  the last values known
 * @param {number} count
 * @returns {Float64Array}
 */
export function freeRun(network, theta, window, count) {
  const length = window.length;
  const values = new Float64Array(length + count);
  values.set(window);
  for (let i = 0; i < count; i++) {
    const x = values.subarray(i, i + length);
    values[length + i] = network.forward(theta, x, length, 1).y[0];
  }
  return values.slice(length);
}

/**
 * Forecast beyond the training range, from its last window.
 *
 * @param {Pick<Training, "network" | "theta" | "length">} training
 * @returns {Float64Array} TEST_SAMPLES values
 */
export function sineForecast({ network, theta, length }) {
  return freeRun(network, theta, sine(TRAINING_SAMPLES - length, length), TEST_SAMPLES);
}

/**
 * Root mean square error of a forecast over its first steps.
 *
 * @param {ArrayLike<number>} forecast
 * @param {ArrayLike<number>} truth
 * @param {number} steps
 * @returns {number}
 */
export function rmse(forecast, truth, steps) {
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += (forecast[i] - truth[i]) ** 2;
  return Math.sqrt(sum / steps);
}
