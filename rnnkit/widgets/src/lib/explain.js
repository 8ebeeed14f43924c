// @ts-check
/** What happens to TinyRNN's gradients, in one or two sentences: the lab's live text. */
import { percent, say } from "./words.js";

/** @typedef {import("./tiny.js").Activation} Activation */
/** @typedef {import("./tiny.js").Precision} Precision */
/** @typedef {import("./tiny.js").Gradients} Gradients */
/** @typedef {{wh_init: number, length: number, activation: Activation, precision: Precision}} Tiny */

/** A gradient between these holds: within a factor of 100 of 2, its value at wh = 1. */
export const HOLDS = { low: 0.02, high: 200 };

const LIMITS = {
  float32: { largest: 3.4028234663852886e38, smallest: 2 ** -149, bits: 24 },
  float64: { largest: Number.MAX_VALUE, smallest: Number.MIN_VALUE, bits: 53 },
};

/**
 * How far the next smaller number lies below `y`.
 * @param {number} y
 * @param {Precision} precision
 */
export function gapBelow(y, precision) {
  const { bits } = LIMITS[precision];
  let unit = 2 ** (Math.floor(Math.log2(Math.abs(y))) - bits + 1);
  if (Math.abs(y) < unit * 2 ** (bits - 1)) unit /= 2; // log2 rounded up
  return y === unit * 2 ** (bits - 1) ? unit / 2 : unit; // below a power of two they lie closer
}

/** What is left, in words a reader can picture. @param {number} share */
const part = (share) => (share < 1e-6 ? `${say(share, 2)} of it` : percent(share, share > 0.9 ? 4 : 2));

/**
 * The live sentence.
 * @param {Tiny} state
 * @param {Gradients[]} all for the lengths 1 … L
 * @returns {string}
 */
export function explain(state, all) {
  const { wh_init: wh, length, activation, precision } = state;
  const last = all[length - 1];
  const values = [last.h_init, last.wh, last.wy];
  const limits = LIMITS[precision];

  if (!values.every(Number.isFinite)) {
    const step = all.findIndex((at) => !Number.isFinite(at.state)) + 1;
    const limit = `the largest ${precision} number, ${say(limits.largest, 2)}`;
    return `At step ${step} the state outgrows ${limit}, and becomes inf. The loss is then inf − inf, which is nan, and so is every gradient.`;
  }
  if (values.every((value) => value === 0)) {
    if (wh === 0 && activation === "relu") {
      return "wh is 0: the state is 0 after one step, and torch takes the slope of ReLU at 0 to be 0. Every gradient is exactly 0.";
    }
    if (wh === 0) return "wh is 0: nothing of the state gets through a step. Every gradient is exactly 0.";
    if (wh < 0 && activation === "relu") {
      return "wh is negative: ReLU cuts the state to 0 at the first step, and its slope there is 0. Every gradient is exactly 0.";
    }
    if (last.loss === 0) {
      return `y is ${say(last.state)}, and the next ${precision} number below it is ${say(gapBelow(last.state, precision))} away: y − 1 rounds back to y. The loss is 0, and every gradient with it: a zero that comes from an explosion.`;
    }
    return `Every gradient is below the smallest ${precision} number, ${say(limits.smallest, 2)}, and becomes exactly 0: vanished for good.`;
  }

  const sentences = [];
  const left = Math.abs(last.h_init) / 2;
  const steps = length === 1 ? "1 step" : `${length} steps`;
  if (wh === 0) sentences.push("wh is 0, so y is 0: only ∂loss/∂wh is left.");
  else if (last.h_init === 0) {
    sentences.push(`∂loss/∂h_init is below the smallest ${precision} number, ${say(limits.smallest, 2)}, and becomes exactly 0.`);
  } else if (activation === "tanh") {
    const share = left ** (1 / length);
    sentences.push(`tanh flattens the way back: on average a step keeps ${percent(share)} of the gradient, and after ${steps} ${part(left)} is left.`);
  } else if (Math.abs(wh) === 1) {
    sentences.push(`Each step passes the gradient on whole${wh < 0 ? ", with its sign turned" : ""}.`);
    if (length > 1) {
      sentences.push(`Yet ∂loss/∂wh has grown to ${say(last.wh)}: wh is used ${length} times, and each use adds a term.`);
    }
  } else if (Math.abs(wh) < 1) {
    sentences.push(`Each step keeps ${percent(Math.abs(wh), 8)} of the gradient${wh < 0 ? " and turns its sign" : ""}: after ${steps} ${part(left)} is left.`);
  } else {
    sentences.push(`Each step multiplies the gradient by ${say(wh, 8)}: after ${steps} it is ${say(left)} times as large.`);
  }
  if (last.loss > 2) {
    sentences.push(`In ${precision}, y − 1 rounds to y − 2: the loss is 4 instead of 1, and every gradient is twice what it should be.`);
  } else if (activation === "tanh" && Math.abs(last.h_init) < HOLDS.low && Math.abs(last.wh) > HOLDS.low) {
    sentences.push("It vanishes on the way to h_init; ∂loss/∂wh lives on the last few steps alone.");
  } else if (last.h_init !== 0 && Math.abs(last.h_init) < HOLDS.low) {
    sentences.push(Math.abs(last.h_init) < 5e-7 ? "It vanishes: six decimals show 0.000000, but it is not 0." : "It vanishes.");
  } else if (Math.abs(last.h_init) > HOLDS.high) sentences.push("It explodes.");
  return sentences.join(" ");
}
