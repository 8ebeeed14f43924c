// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  HORIZONS, TEST_SAMPLES, TRAINING_SAMPLES, freeRun, rmse, sine, sineForecast, sineTraining, trainingWindows, windowBatch, windowCount,
} from "../../rnnkit/widgets/src/lib/sine.js";
import { background } from "../../rnnkit/widgets/src/lib/background.js";
import { sineJob } from "../../rnnkit/widgets/src/lib/sine-job.js";
import { DEFAULT_STATE, draw, storedResult, trainDefault, view } from "../../rnnkit/widgets/src/SineLab.js";
import { fixture } from "./fixtures.mjs";

for (const run of fixture("sine.json")) {
  test(`250 steps from torch's weights and batches: every loss equals torch's to 1e-9 (length ${run.length})`, () => {
    const training = sineTraining({
      length: run.length, seed: 0, theta: Float64Array.from(run.theta), batches: run.batches,
    });
    assert.equal(training.steps, 250);
    let worst = 0;
    for (const expected of run.loss) worst = Math.max(worst, Math.abs(training.step() - expected) / expected);
    assert.ok(worst < 1e-9, `${worst}`);
    for (let i = 0; i < run.trained.length; i++) {
      assert.ok(Math.abs(training.theta[i] - run.trained[i]) < 1e-9, `parameter ${i}`);
    }
    const truth = sine(TRAINING_SAMPLES, TEST_SAMPLES);
    const forecast = sineForecast(training);
    HORIZONS.forEach((steps, i) => {
      const got = rmse(forecast, truth, steps);
      assert.ok(Math.abs(got - run.rmse[i]) / run.rmse[i] < 1e-6, `RMSE(${steps}) ${got}, torch ${run.rmse[i]}`);
    });
    for (let i = 0; i < TEST_SAMPLES; i++) assert.ok(Math.abs(forecast[i] - run.forecast[i]) < 1e-6, `step ${i}`);
  });
}

test("every length gives as many windows as unfold, and random_split keeps as many", () => {
  const rows = fixture("window-counts.json");
  assert.equal(rows.length, 59);
  for (const [length, windows, kept] of rows) {
    assert.equal(windowCount(TRAINING_SAMPLES, length), windows);
    assert.equal(trainingWindows(windows), kept);
    assert.equal(sineTraining({ length, seed: 0 }).windows, kept);
    assert.equal(sineTraining({ length, seed: 0 }).steps, 250);
  }
});

test("a window is followed by its target", () => {
  const { x, y } = windowBatch(Float64Array.of(10, 11, 12, 13, 14), [0, 2], 2);
  assert.deepEqual([...x], [10, 12, 11, 13]); // (T, B): first all first values, then all second ones
  assert.deepEqual([...y], [12, 14]);
});

test("the same seed gives the same training, another seed another", () => {
  const losses = [3, 3, 4].map((seed) => sineTraining({ length: 5, seed }).step());
  assert.equal(losses[0], losses[1]);
  assert.notEqual(losses[0], losses[2]);
});

test("free running feeds each prediction back as the newest value", () => {
  /** @type {any} */
  const network = {
    forward: (/** @type {any} */ _, /** @type {Float64Array} */ x, /** @type {number} */ length) =>
      ({ y: [x[0] + x[length - 1]] }),
  };
  assert.deepEqual([...freeRun(network, new Float64Array(0), Float64Array.of(1, 1), 6)], [2, 3, 5, 8, 13, 21]);
});

test("predicting zero has an RMSE of 0.71 over 1,000 steps", () => {
  const truth = sine(TRAINING_SAMPLES, TEST_SAMPLES);
  assert.ok(Math.abs(rmse(new Float64Array(TEST_SAMPLES), truth, 1000) - 0.71) < 0.01);
});

/** @param {{length: number, seed: number}} setting */
function errorsOf(setting) {
  const training = sineTraining(setting);
  for (let step = 0; step < training.steps; step++) training.step();
  const forecast = sineForecast(training);
  return HORIZONS.map((steps) => rmse(forecast, sine(TRAINING_SAMPLES, TEST_SAMPLES), steps));
}

test("the stored default shows what a fresh training of the default setting gives", () => {
  const shown = view(DEFAULT_STATE, 720, storedResult(trainDefault()));
  const errors = errorsOf(DEFAULT_STATE);
  shown.numbers.slice(1).forEach(({ value }, i) => assert.ok(Math.abs(value - errors[i]) / errors[i] < 1e-9)); // 12 digits are stored
  assert.ok(JSON.stringify(draw()) === JSON.stringify(shown.picture));
  const training = sineTraining(DEFAULT_STATE);
  const losses = Array.from({ length: 250 }, () => training.step());
  const last = losses.slice(-5).reduce((sum, loss) => sum + loss, 0) / 5; // five batches are an epoch
  assert.ok(Math.abs(shown.numbers[0].value - last) / last < 1e-5);
});

test("the default seed is an ordinary one: each of its errors is the median of seeds 0 to 14", () => {
  const all = Array.from({ length: 15 }, (_, seed) => errorsOf({ length: 15, seed }));
  HORIZONS.forEach((_, i) => {
    const sorted = all.map((errors) => errors[i]).sort((a, b) => a - b);
    assert.equal(all[DEFAULT_STATE.seed][i], sorted[7]);
  });
});

test("the background job streams every loss once, and ends with the training's own forecast", async () => {
  /** @type {import("../../rnnkit/widgets/src/lib/sine-job.js").Report[]} */
  const reports = [];
  await sineJob({ length: 20, seed: 1, previews: true }, (report) => reports.push(report), async () => true);
  const training = sineTraining({ length: 20, seed: 1 });
  assert.deepEqual(reports.flatMap(({ losses }) => losses), Array.from({ length: 250 }, () => training.step()));
  const last = reports[reports.length - 1];
  assert.deepEqual(last.forecast, sineForecast(training));
  assert.deepEqual(reports.filter(({ milliseconds }) => milliseconds !== undefined), [last]);
  assert.ok(reports.length > 2, "it streams");
});

test("a new request cancels the one before: nothing more of the old one is received", async () => {
  /** @type {string[]} */
  const received = [];
  let begun = 0;
  let rounds = 0;
  /** @type {import("../../rnnkit/widgets/src/lib/background.js").Job<string, string>} */
  const job = async (name, post, pause) => {
    begun += 1;
    for (let i = 0; i < 5; i++) {
      rounds += 1;
      post(`${name}${i}`);
      if (!(await pause())) return;
    }
  };
  const jobs = background("", job, (report) => received.push(report));
  jobs.start("a");
  jobs.start("b");
  const until = async (/** @type {() => boolean} */ reached) => {
    while (!reached()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until(() => received.includes("b4"));
  assert.equal(begun, 2);
  assert.equal(rounds, 6, "the old job stops at its next pause");
  assert.deepEqual(received, ["a0", "b0", "b1", "b2", "b3", "b4"]);
  jobs.start("c");
  jobs.close();
  await until(() => rounds === 11); // a closed job may go on to its end; nobody hears it
  assert.deepEqual(received.slice(6), ["c0"]);
});

test("every length draws a picture with finite coordinates, before, while and after training", () => {
  const wild = Float64Array.from({ length: TEST_SAMPLES }, (_, i) => (i % 3 ? 1e300 : i % 2 ? -Infinity : NaN));
  for (let length = 2; length <= 60; length++) {
    for (const width of [300, 720]) {
      for (const result of /** @type {import("../../rnnkit/widgets/src/SineLab.js").Result[]} */ ([
        { phase: "idle", losses: [], forecast: null, milliseconds: null },
        { phase: "training", losses: [0.5, 1e-9], forecast: null, milliseconds: null },
        { phase: "done", losses: [NaN, Infinity, 0], forecast: wild, milliseconds: 3 },
      ])) {
        const shown = view({ length, seed: 0 }, width, result);
        assert.ok(!/NaN|Infinity|undefined/.test(JSON.stringify(shown.picture).replace(/"aria-label":"[^"]*"/, "")), `${length}`);
        assert.ok(shown.now.length > 20);
        assert.equal(shown.numbers.length, 4);
      }
    }
  }
});

test("a loss or forecast beyond its axis is drawn at the axis's end, inside the picture", () => {
  /** @param {number} loss @param {number} value */
  const paths = (loss, value) => {
    const forecast = new Float64Array(TEST_SAMPLES).fill(value);
    const { picture } = view({ length: 9, seed: 0 }, 720, { phase: "done", losses: [0.5, loss], forecast, milliseconds: 1 });
    return [...JSON.stringify(picture).matchAll(/"data-path":"(?:loss|forecast)","d":"([^"]*)"/g)].map((match) => match[1]);
  };
  assert.equal(paths(1e-9, 5).length, 2);
  assert.deepEqual(paths(1e-9, 5), paths(1e-6, 1.6));
  assert.deepEqual(paths(1e9, -5), paths(10, -1.6));
});
