// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { tinyBackward, tinyGradients, tinyStates } from "../../rnnkit/widgets/src/lib/tiny.js";
import { fixture, ulps } from "./fixtures.mjs";

test("relu and linear gradients equal torch's bit for bit, signed zeros, inf and nan included", () => {
  const rows = fixture("tiny-exact.json");
  const seen = { zero: 0, inf: 0, nan: 0, four: 0, negative: 0 };
  for (const [wh, length, activation, precision, ...expected] of rows) {
    const { h_init, wh: dwh, wy, loss } = tinyGradients(wh, length, activation, precision)[length - 1];
    const got = [h_init, dwh, wy, loss];
    const where = `wh_init=${wh}, L=${length}, ${activation}, ${precision}: ${got} is not ${expected}`;
    for (let i = 0; i < 4; i++) assert.ok(Object.is(got[i], expected[i]), where);
    if (got[3] === 0) seen.zero++;
    if (got[3] === 4) seen.four++;
    if (got.some((value) => Number.isNaN(value))) seen.nan++;
    if (got.some((value) => Math.abs(value) === Infinity)) seen.inf++;
    if (got.some((value) => value < 0)) seen.negative++;
  }
  assert.ok(rows.length > 4000, `only ${rows.length} points`);
  for (const [kind, count] of Object.entries(seen)) {
    if (kind !== "inf") assert.ok(count > 0, `no fixture has a case of ${kind}`);
  }
});

test("each tanh state is within 2 ulp of torch's, given torch's state before it", () => {
  let worst = 0;
  for (const [wh, length, precision, , , , states] of fixture("tiny-tanh.json").rows) {
    const round = precision === "float32" ? Math.fround : (/** @type {number} */ value) => value;
    for (let t = 1; t <= length; t++) {
      const got = round(Math.tanh(round(round(wh) * states[t - 1])));
      worst = Math.max(worst, ulps(got, states[t], precision));
    }
  }
  assert.ok(worst <= 2, `${worst} ulp apart`);
});

test("tanh gradients equal torch's, given torch's states: 1e-6 in float32, 1e-12 in float64", () => {
  const { fused, rows } = fixture("tiny-tanh.json");
  for (const [wh, length, precision, ...rest] of rows) {
    /** @type {number[]} */
    const states = rest.pop();
    const single = precision === "float32";
    // A processor without fused multiply-add rounds 1 − h² twice: its own error, up to ulp(1)/(1 − h²) a step.
    const own = fused ? 0 : states.slice(1).reduce((sum, h) => sum + (single ? 6e-8 : 1.2e-16) / Math.max(1 - h * h, 1e-17), 0);
    const allowed = (single ? 1e-6 : 1e-12) + own;
    const got = tinyBackward(states, wh, length, "tanh", precision);
    [got.h_init, got.wh, got.wy].forEach((value, i) => {
      const apart = Math.abs(value - rest[i]) / Math.max(Math.abs(rest[i]), single ? 1.2e-38 : 2.3e-308);
      assert.ok(apart <= allowed, `wh_init=${wh}, L=${length}, ${precision}: ${value} for ${rest[i]}`);
    });
  }
});

test("tanh states start from h_init = 1 and follow the recurrence", () => {
  const states = tinyStates(0.5, 3, "tanh", "float64");
  assert.deepEqual([...states], [1, Math.tanh(0.5), Math.tanh(0.5 * Math.tanh(0.5)), Math.tanh(0.5 * states[2])]);
});

test("2w^L and 2Lw^(L-1) where powers of two make the closed form exact", () => {
  for (const { length, h_init, wh, wy } of tinyGradients(0.5, 20, "relu", "float64")) {
    assert.equal(h_init, 2 * 0.5 ** length);
    assert.equal(wy, 2 * 0.5 ** length);
    assert.equal(wh, 2 * length * 0.5 ** (length - 1));
  }
});

test("wh = 10 in float32: the gradient works at L = 7 and is exactly zero from L = 8", () => {
  const all = tinyGradients(10, 10, "relu", "float32");
  assert.equal(all[6].h_init, 2e7);
  assert.deepEqual([all[7].h_init, all[7].wh, all[7].loss], [0, 0, 0]);
  assert.equal(tinyGradients(10, 10, "relu", "float64")[9].h_init, 2e10);
});
