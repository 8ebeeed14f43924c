// @ts-check
/**
 * Recurrent networks on flat parameter vectors: pure maths on Float64Array, no DOM.
 *
 * Every network here keeps one contract, `Network`, so that training, clipping and the optimisers
 * need not know which one they drive. Sequences are laid out as torch has them without batch_first:
 * x: (T, B, n), row-major, so x[(t * B + i) * n + k]. A gradient is a vector of the parameters' own size.
 */

/**
 * @typedef {object} Network
 * @property {number} size  the number of parameters
 * @property {(random: () => number) => Float64Array} initialise  parameters as torch.nn draws them; random() in [0, 1)
 * @property {(theta: Float64Array, x: Float64Array, length: number, batch: number) => Trace} forward
 * @property {(theta: Float64Array, trace: Trace, outputGradient: Float64Array, gradient: Float64Array) => void} backward
 *   writes dL/dtheta into `gradient`, given dL/dy: (B, m)
 */

/**
 * @typedef {object} Trace
 * @property {Float64Array} v       (T, B, n + d): [x_t, h_{t-1}] of every step
 * @property {Float64Array} y       (B, m), the prediction after the last step
 * @property {number} length        T
 * @property {number} batch         B
 */

import { addWeightGradient, affine, inputGradient } from "./dense.js";
import { tanh } from "./tanh.js";

/**
 * The tanh RNN of chapter 6, many to one, with two linear maps of the concatenated vector
 * v_t = [x_t, h_{t-1}]: h_t = tanh(W v_t + b), y = W_o v_T + b_o. Its output sees h_{T-1} and never h_T
 * (the "early readout" of chapter 2), so h_T is not even computed.
 *
 * Parameters in torch's order: W: (d, n+d), b: (d), W_o: (m, n+d), b_o: (m), row-major.
 *
 * @param {{inputSize?: number, hiddenSize: number, outputSize?: number}} sizes
 * @returns {Network}
 */
export function concatenatedRNN({ inputSize: n = 1, hiddenSize: d, outputSize: m = 1 }) {
  const width = n + d; // of v_t
  const atBias = d * width;
  const atOutput = atBias + d;
  const atOutputBias = atOutput + m * width;
  const size = atOutputBias + m;

  /** @type {Network["initialise"]} */
  function initialise(random) {
    const bound = 1 / Math.sqrt(width); // torch.nn.Linear: U(±1/√fan_in), weights and biases alike
    return Float64Array.from({ length: size }, () => (2 * random() - 1) * bound);
  }

  /** @type {Network["forward"]} */
  function forward(theta, x, length, batch) {
    const v = new Float64Array(length * batch * width); // [x_t, h_{t-1}] of every step; h_0 = 0
    for (let row = 0; row < length * batch; row++) {
      for (let k = 0; k < n; k++) v[row * width + k] = x[row * n + k];
    }
    const h = new Float64Array(batch * d);
    for (let t = 0; t < length - 1; t++) {
      affine(h, v, theta, { batch, from: width, to: d, atV: t * batch * width, atW: 0, atB: atBias });
      for (let i = 0; i < batch; i++) {
        const next = ((t + 1) * batch + i) * width + n;
        for (let j = 0; j < d; j++) v[next + j] = tanh(h[i * d + j]);
      }
    }
    const y = new Float64Array(batch * m);
    const atV = (length - 1) * batch * width;
    affine(y, v, theta, { batch, from: width, to: m, atV, atW: atOutput, atB: atOutputBias });
    return { v, y, length, batch };
  }

  /** @type {Network["backward"]} */
  function backward(theta, { v, length, batch }, outputGradient, gradient) {
    gradient.fill(0);
    const delta = new Float64Array(batch * d); // dL/dh_t
    const g = new Float64Array(batch * d); // dL/dz_t, where h_t = tanh(z_t)
    const atV = (length - 1) * batch * width;
    addWeightGradient(gradient, outputGradient, v, { batch, from: width, to: m, atV, atW: atOutput, atB: atOutputBias });
    inputGradient(delta, outputGradient, theta, { batch, from: width, to: m, atW: atOutput, skip: n });
    for (let t = length - 2; t >= 0; t--) {
      for (let i = 0; i < batch; i++) {
        const next = ((t + 1) * batch + i) * width + n;
        for (let j = 0; j < d; j++) g[i * d + j] = delta[i * d + j] * (1 - v[next + j] * v[next + j]);
      }
      addWeightGradient(gradient, g, v, { batch, from: width, to: d, atV: t * batch * width, atW: 0, atB: atBias });
      inputGradient(delta, g, theta, { batch, from: width, to: d, atW: 0, skip: n });
    }
  }

  return { size, initialise, forward, backward };
}

/**
 * Mean squared error, and its gradient with respect to the predictions.
 *
 * @param {Float64Array} y
 * @param {Float64Array} target  as many values
 * @returns {{loss: number, gradient: Float64Array}}
 */
export function meanSquaredError(y, target) {
  const gradient = new Float64Array(y.length);
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    const error = y[i] - target[i];
    sum += error * error;
    gradient[i] = (2 * error) / y.length;
  }
  return { loss: sum / y.length, gradient };
}
