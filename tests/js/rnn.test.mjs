// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { generator, permutation, splitMix64, uniform, xoshiro128 } from "../../rnnkit/widgets/src/lib/random.js";
import { concatenatedRNN, meanSquaredError } from "../../rnnkit/widgets/src/lib/rnn.js";
import { tanh } from "../../rnnkit/widgets/src/lib/tanh.js";
import { fixture } from "./fixtures.mjs";

/**
 * The largest difference, relative to the largest value expected.
 * @param {ArrayLike<number>} got
 * @param {ArrayLike<number>} expected
 */
function apart(got, expected) {
  assert.equal(got.length, expected.length);
  let size = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    size = Math.max(size, Math.abs(expected[i]));
    worst = Math.max(worst, Math.abs(got[i] - expected[i]));
  }
  return worst / size;
}

test("outputs, loss and every gradient of the concatenated RNN are torch's to 1e-13", () => {
  const cases = fixture("rnn.json");
  assert.ok(cases.length >= 5);
  for (const { sizes, length, batch, theta, x, y, out, loss, gradient } of cases) {
    const network = concatenatedRNN(sizes);
    assert.equal(network.size, theta.length);
    const parameters = Float64Array.from(theta);
    const trace = network.forward(parameters, Float64Array.from(x), length, batch);
    assert.ok(apart(trace.y, out) < 1e-13);
    const error = meanSquaredError(trace.y, Float64Array.from(y));
    assert.ok(apart([error.loss], [loss]) < 1e-13);
    const got = new Float64Array(network.size).fill(7); // what is left in the vector must not matter
    network.backward(parameters, trace, error.gradient, got);
    assert.ok(apart(got, gradient) < 1e-13, `T=${length}: ${apart(got, gradient)}`);
  }
});

test("the gradient is the slope of the loss: central differences agree to 1e-7", () => {
  const network = concatenatedRNN({ inputSize: 2, hiddenSize: 3, outputSize: 2 });
  const next = generator(5);
  const theta = network.initialise(() => uniform(next));
  const length = 8;
  const batch = 4;
  const x = Float64Array.from({ length: length * batch * 2 }, () => uniform(next) - 0.5);
  const y = Float64Array.from({ length: batch * 2 }, () => uniform(next) - 0.5);
  const loss = () => meanSquaredError(network.forward(theta, x, length, batch).y, y);
  const gradient = new Float64Array(network.size);
  network.backward(theta, network.forward(theta, x, length, batch), loss().gradient, gradient);
  const epsilon = 1e-5;
  const slope = Float64Array.from(theta, (value, i) => {
    theta[i] = value + epsilon;
    const above = loss().loss;
    theta[i] = value - epsilon;
    const below = loss().loss;
    theta[i] = value;
    return (above - below) / (2 * epsilon);
  });
  assert.ok(apart(gradient, slope) < 1e-7);
});

test("weights are drawn within torch.nn.Linear's bound, both ends reached", () => {
  const network = concatenatedRNN({ hiddenSize: 10 });
  assert.equal(network.size, 132); // 10 * 11 + 10 + 11 + 1
  const bound = 1 / Math.sqrt(11);
  assert.equal(Math.max(...network.initialise(() => 1)), bound);
  assert.equal(Math.min(...network.initialise(() => 0)), -bound);
});

test("SplitMix64 gives the values published for the seed 1234567", () => {
  assert.deepEqual(splitMix64(1234567n, 5), [
    6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n, 16408922859458223821n,
  ]);
});

test("xoshiro128** gives the values of the reference code for the state 1, 2, 3, 4", () => {
  const next = xoshiro128([1, 2, 3, 4]);
  assert.deepEqual([next(), next(), next(), next()], [11520, 0, 5927040, 70819200]);
});

test("a seed gives the stream that the algorithm written in Python gives", () => {
  for (const { seed, values } of fixture("random.json")) {
    const next = generator(seed);
    assert.deepEqual(values.map(() => next()), values, `seed ${seed}`);
  }
});

test("a permutation holds every number once, and each place is equally likely", () => {
  const next = generator(1);
  const places = new Float64Array(5);
  for (let i = 0; i < 5000; i++) {
    const order = permutation(5, next);
    assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
    places[order.indexOf(0)]++;
  }
  for (const count of places) assert.ok(Math.abs(count - 1000) < 130, `${places}`); // 4.6 standard deviations
});

test("the training's tanh is within 5e-16 of Math.tanh, and keeps nan and both limits", () => {
  const next = generator(9);
  for (let i = 0; i < 200000; i++) {
    const z = (uniform(next) - 0.5) * (i % 2 ? 50 : 4);
    assert.ok(Math.abs(tanh(z) - Math.tanh(z)) <= 5e-16, `${z}`);
  }
  for (const z of [0, 20, -20, 19.999999999, 1e300, -1e300, Infinity, -Infinity]) {
    assert.ok(Math.abs(tanh(z) - Math.tanh(z)) <= 5e-16, `${z}`);
  }
  assert.ok(Number.isNaN(tanh(NaN)));
});
