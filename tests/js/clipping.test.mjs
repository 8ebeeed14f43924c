// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { adam, sgd } from "../../rnnkit/widgets/src/lib/adam.js";
import { CLIFF, cliffBackward, cliffLoss, cliffSurface, descend, states } from "../../rnnkit/widgets/src/lib/cliff.js";
import { clipGradientNorm } from "../../rnnkit/widgets/src/lib/clip.js";
import { inside, pathInside, shading } from "../../rnnkit/widgets/src/lib/terrain.js";
import { ARRIVED, DEFAULT_STATE, FLAT, draw, freeSpot, room, runs, view } from "../../rnnkit/widgets/src/ClippingLab.js";
import { fixture } from "./fixtures.mjs";

/** @param {number} got @param {number} expected */
const relative = (got, expected) => (got === expected ? 0 : Math.abs(got - expected) / Math.abs(expected));
/** @param {Float64Array} values */
const last = (values) => values[values.length - 1];

test("each state of the unit is within 1e-15 of torch's, given torch's state before it", () => {
  const { w, b, states: expected } = fixture("cliff.json");
  let worst = 0;
  for (let i = 0; i < w.length; i++) {
    for (let t = 1; t <= CLIFF.length; t++) {
      const got = states(w[i], b[i], { ...CLIFF, length: 1, start: expected[i][t - 1] })[1];
      worst = Math.max(worst, Math.abs(got - expected[i][t]));
    }
  }
  assert.ok(worst <= 1e-15, `${worst}`);
});

test("the surface's gradient is torch's to 1e-12 relative, given torch's states", () => {
  // 1 - h² of a saturated state has lost digits, and torch may or may not round h² first (fused multiply-add):
  // one rounding, 1.1e-16 of 1, is 1.1e-16 / (1 - h²) of the difference. It counts once for each step.
  const point = fixture("cliff.json");
  let worst = 0; // as a share of what is allowed
  let strict = 0;
  for (let i = 0; i < point.w.length; i++) {
    const got = cliffBackward(point.w[i], Float64Array.from(point.states[i]));
    // The terms of dL/db have one sign when w > 0. Those of dL/dw may cancel: it is measured against the gradient's length.
    const size = Math.hypot(point.gradient_w[i], point.gradient_b[i]);
    const lost = point.states[i].slice(1).reduce((/** @type {number} */ sum, /** @type {number} */ h) => sum + 1.2e-16 / (1 - h * h), 0);
    if (lost < 1e-12) strict++;
    worst = Math.max(
      worst, relative(got.loss, point.loss[i]) / 1e-12,
      ...[Math.abs(got.w - point.gradient_w[i]) / size, relative(got.b, point.gradient_b[i]), relative(got.start, point.gradient_start[i])]
        .map((error) => error / Math.max(1e-12, lost)),
    );
  }
  assert.ok(strict >= 300, `${strict} points are held to 1e-12`);
  assert.ok(worst <= 1, `${worst} of what is allowed`);
});

test("the loss from first to last step is torch's to 1e-12 wherever no state amplifies a rounding", () => {
  const { w, b, loss, gradient_start: sensitivity } = fixture("cliff.json");
  let compared = 0;
  for (let i = 0; i < w.length; i++) {
    if (Math.abs(sensitivity[i]) > 1) continue;
    compared++;
    assert.ok(Math.abs(cliffLoss(w[i], b[i]) - loss[i]) <= 1e-12, `w=${w[i]}, b=${b[i]}`);
  }
  assert.ok(compared > 500);
});

test("clipping is clip_grad_norm_: below, at and above the limit, zero and infinite", () => {
  for (const { gradient, max_norm, norm, after } of fixture("clip.json")) {
    const vector = Float64Array.from(gradient);
    const got = clipGradientNorm(vector, max_norm);
    assert.ok(Object.is(got.norm, norm) || relative(got.norm, norm) < 1e-15, `norm ${got.norm}, torch ${norm}`);
    for (let i = 0; i < vector.length; i++) {
      assert.ok(
        Object.is(vector[i], after[i]) || relative(vector[i], after[i]) < 1e-15,
        `clip ${gradient} at ${max_norm}: ${vector[i]} is not ${after[i]}`,
      );
    }
  }
});

test("a gradient below the limit leaves the clip with the same bits", () => {
  for (const values of [[3e-8, -4e-8], [0.3, 0.4], [5e-324, 0]]) {
    const vector = Float64Array.from(values);
    assert.equal(clipGradientNorm(vector, 1).factor, 1);
    assert.deepEqual([...vector], values);
  }
});

test("150 steps of SGD and Adam, clipped or not, follow torch.optim step by step", () => {
  const paths = fixture("paths.json");
  assert.equal(paths.length, 40);
  for (const path of paths) {
    const options = { size: 2, learningRate: 0.1 };
    const method = path.optimiser === "Adam" ? adam(options) : sgd(options);
    for (let step = 0; step < 150; step++) {
      // From torch's own point each time: an error cannot grow, and the optimiser's memory is tested too.
      const theta = Float64Array.of(path.w[step], path.b[step]);
      const here = cliffBackward(theta[0], states(theta[0], theta[1]));
      const gradient = Float64Array.of(here.w, here.b);
      // One rounding of a state grows by the product of slopes up to the last one.
      const slack = 1e-12 * (1 + Math.abs(here.start) + Math.hypot(here.w, here.b));
      if (path.max_norm !== null) clipGradientNorm(gradient, path.max_norm);
      method.step(theta, gradient);
      const tolerance = Math.max(1e-12, slack) * Math.max(1, Math.abs(path.w[step + 1]), Math.abs(path.b[step + 1]));
      const where = `${path.optimiser} from ${path.w0}, ${path.b0} at ${path.max_norm}, step ${step}`;
      assert.ok(Math.abs(theta[0] - path.w[step + 1]) <= tolerance, `w: ${where}: ${theta[0] - path.w[step + 1]}`);
      assert.ok(Math.abs(theta[1] - path.b[step + 1]) <= tolerance, `b: ${where}: ${theta[1] - path.b[step + 1]}`);
    }
  }
});

test("whole descents end where torch's do, with as many steps cut", () => {
  let compared = 0;
  for (const path of fixture("paths.json")) {
    const got = descend({
      w: path.w0, b: path.b0, learningRate: 0.1, steps: 150, optimiser: path.optimiser, maxNorm: path.max_norm,
    });
    // A path that met the cliff has multiplied its last digits by every gradient it met; leave out those that are chaotic.
    const steepest = Math.max(...path.before);
    if (steepest > 300) continue;
    compared++;
    const where = `${path.optimiser} from ${path.w0}, ${path.b0} at ${path.max_norm}`;
    for (let step = 0; step <= 150; step++) {
      assert.ok(Math.abs(got.w[step] - path.w[step]) < 1e-7, `w: ${where}, step ${step}`);
      assert.ok(Math.abs(got.b[step] - path.b[step]) < 1e-7, `b: ${where}, step ${step}`);
      assert.ok(Math.abs(got.loss[step] - path.loss[step]) < 1e-7, `loss: ${where}, step ${step}`);
    }
    for (let step = 0; step < 150; step++) {
      assert.ok(Math.abs(got.before[step] - path.before[step]) < 1e-5, `norm before: ${where}, step ${step}`);
      assert.ok(Math.abs(got.after[step] - path.after[step]) < 1e-5, `norm after: ${where}, step ${step}`);
    }
    assert.equal(got.touched, path.touched, where);
  }
  assert.ok(compared >= 20, `only ${compared} paths are calm enough to compare`);
});

test("the default setting: SGD is thrown off the map, the clip carries it into the valley", () => {
  const { clipped, unclipped } = runs(DEFAULT_STATE);
  assert.ok(Math.hypot(last(unclipped.w), last(unclipped.b)) > 50);
  assert.ok(last(unclipped.loss) > 0.2);
  assert.ok(last(clipped.loss) < 1e-6);
  assert.ok(clipped.touched > 0 && clipped.touched < 20);
  assert.ok(Math.max(...clipped.w.map(Math.abs), ...clipped.b.map(Math.abs)) < 2);
});

test("on the flat ground the clip changes no bit of any gradient, and SGD hardly moves", () => {
  const { flat } = runs(DEFAULT_STATE);
  assert.equal(flat.touched, 0);
  assert.deepEqual(flat.after, flat.before);
  assert.ok(Math.max(...flat.before) < 1e-3);
  assert.ok(Math.hypot(last(flat.w) - FLAT.w, last(flat.b) - FLAT.b) < 0.02);
});

test("no Adam step is longer than ten learning rates: the cliff cannot throw it", () => {
  const { unclipped } = runs({ ...DEFAULT_STATE, optimiser: "Adam" });
  for (let i = 1; i < unclipped.w.length; i++) {
    const step = Math.max(Math.abs(unclipped.w[i] - unclipped.w[i - 1]), Math.abs(unclipped.b[i] - unclipped.b[i - 1]));
    assert.ok(step <= 10 * DEFAULT_STATE.learning_rate);
  }
  assert.ok(Math.max(...unclipped.before) > 100, "it did meet the cliff");
});

test("the counts in the lab's note are what 1,600 starts give", () => {
  /** @param {"SGD" | "Adam"} optimiser @param {number | null} maxNorm */
  const arrivals = (optimiser, maxNorm) => {
    let count = 0;
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 40; j++) {
        const run = descend({ w: (i + 0.5) * 0.1, b: -2 + (j + 0.5) * 0.1, learningRate: 0.1, steps: 200, optimiser, maxNorm });
        if (last(run.loss) < ARRIVED) count++;
      }
    }
    return count;
  };
  const { note } = view(DEFAULT_STATE, 720);
  const counts = [arrivals("SGD", null), arrivals("SGD", 1), arrivals("Adam", null), arrivals("Adam", 1)];
  assert.deepEqual(counts, [747, 840, 1579, 1589]);
  for (const count of counts) assert.ok(note?.includes(count.toLocaleString("en")), `${count} is not in: ${note}`);
});

test("the shaded ground covers exactly the cells at or above the threshold", () => {
  const values = Float64Array.of(0, 1, 1, 1, 0, 1);
  const box = { left: 0, right: 30, top: 0, bottom: 20 };
  assert.deepEqual(
    shading({ values, columns: 3, rows: 2 }, [0.5, 2], box),
    ["M10 10h20v10H10zM0 0h10v10H0zM20 0h10v10H20z", ""],
  );
  const surface = cliffSurface({ w: [0, 4], b: [-2, 2], columns: 4, rows: 2 });
  assert.equal(surface[5], cliffLoss(1.5, 1));
});

test("a path is cut at the map's edge and says where it leaves", () => {
  const box = { left: 0, right: 10, top: 0, bottom: 10 };
  assert.deepEqual(inside([5, 5], [5, 30], box), { from: [5, 5], to: [5, 10], leaves: true });
  assert.deepEqual(inside([-10, 5], [20, 5], box), { from: [0, 5], to: [10, 5], leaves: true });
  assert.equal(inside([-1, -1], [-5, 8], box), null);
  assert.equal(inside([1, 1], [Infinity, NaN], box), null);
  const path = pathInside([[1, 1], [5, 5], [5, 30], [8, 8]], box);
  assert.equal(path.d, "M1 1L5 5L5 10M7.73 10L8 8");
  assert.deepEqual(path.exit, { at: [5, 10], angle: 90 });
  assert.deepEqual(path.points, [[1, 1], [5, 5], [8, 8]]);
});

test("every corner of every control draws a picture with finite coordinates", () => {
  const corners = [];
  for (const max_norm of [0.01, 1, 100]) for (const learning_rate of [0.001, 1]) for (const start_w of [0, 2, 4])
    for (const start_b of [-2, 0, 2]) for (const optimiser of ["SGD", "Adam"]) for (const steps of [1, 400])
      corners.push({ max_norm, learning_rate, start_w, start_b, optimiser, steps });
  for (const state of corners) {
    for (const width of [300, 720]) {
      const shown = view(state, width);
      assert.ok(!/NaN|Infinity|undefined/.test(JSON.stringify(shown.picture)), JSON.stringify(state));
      assert.equal(shown.numbers.length, 5);
      assert.ok(!/undefined|null/.test(shown.now), shown.now);
    }
  }
  assert.equal(JSON.stringify(draw()), JSON.stringify(view(DEFAULT_STATE, 720).picture));
});

test("a label takes the first spot that is free and inside, and stays away where there is none", () => {
  const box = { left: 0, right: 200, top: 0, bottom: 100 };
  /** @type {import("../../rnnkit/widgets/src/ClippingLab.js").Spot[]} */
  const spots = [{ x: 190, y: 50, anchor: "start" }, { x: 100, y: 50, anchor: "end" }, { x: 100, y: 80, anchor: "start" }];
  /** @type {import("../../rnnkit/widgets/src/lib/chart.js").Box[]} */
  const taken = [];
  assert.equal(freeSpot("start", spots, box, taken), spots[1]);
  assert.equal(freeSpot("start", spots, box, taken), spots[2]);
  assert.equal(freeSpot("start", spots, box, taken), null);
  assert.deepEqual(taken, [room(spots[1], "start"), room(spots[2], "start")]);
});
