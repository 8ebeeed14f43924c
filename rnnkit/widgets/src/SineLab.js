// @ts-check
/** SineLab: how the sequence length changes what a small RNN learns about a sine, retrained in the page. */
import { background } from "./lib/background.js";
import {
  colour, h, label, linePath, markerPath, picture, px, scaleLinear, xAxis, yAxis,
} from "./lib/chart.js";
import { button, make, slider } from "./lib/controls.js";
import { integer } from "./lib/hash.js";
import { DEFAULT_WIDTH, openLab } from "./lib/lab.js";
import { sineJob } from "./lib/sine-job.js";
import {
  EPOCHS, HIDDEN_SIZE, HORIZONS, STEP, TEST_SAMPLES, TRAINING_SAMPLES, rmse, sine, sineForecast, sineTraining, trainingWindows,
  windowCount,
} from "./lib/sine.js";
import { power, say } from "./lib/words.js";

/** @typedef {import("./lib/hash.js").State} State */
/** @typedef {import("./lib/chart.js").Box} Box */
/** @typedef {import("./lib/svg.js").VNode} VNode */
/**
 * What is known of the run that belongs to the setting on show.
 * @typedef {object} Result
 * @property {"idle" | "training" | "done"} phase
 * @property {number[]} losses
 * @property {Float64Array | null} forecast
 * @property {number | null} milliseconds  null: trained when the bundle was made
 */

/** Seed 2 is an ordinary one: its errors are the medians of seeds 0 to 14 (tests/js/sine.test.mjs).
 * @type {{length: number, seed: number}} */
export const DEFAULT_STATE = { length: 15, seed: 2 };
const fields = { length: integer(2, 60), seed: integer(0, 999) };
const LONGEST = 60;
const SHOWN_WINDOWS = 3;
const STEPS = 250;
const truth = sine(TRAINING_SAMPLES, TEST_SAMPLES);
const begin = sine(0, LONGEST + SHOWN_WINDOWS);

// build.mjs puts the Worker's script and the default run's outcome here; under Node there is neither.
/** @type {string} */
const WORKER = typeof __SINE_WORKER__ === "undefined" ? "" : __SINE_WORKER__;
/** @type {Stored | null} */
const STORED = typeof __SINE_STORED__ === "undefined" ? null : JSON.parse(__SINE_STORED__);

/** @typedef {{theta: number[], losses: number[]}} Stored the trained parameters and the loss of each step */

/**
 * Train the default setting: what the bundle stores, so that the page shows a result before anyone asks for one.
 * @returns {Stored}
 */
export function trainDefault() {
  const training = sineTraining(DEFAULT_STATE);
  const losses = [];
  for (let step = 0; step < training.steps; step++) losses.push(Number(training.step().toPrecision(6)));
  return { theta: Array.from(training.theta, (value) => Number(value.toPrecision(12))), losses };
}

/** @param {Stored} stored @returns {Result} */
export function storedResult({ theta, losses }) {
  const { network } = sineTraining(DEFAULT_STATE);
  const forecast = sineForecast({ network, theta: Float64Array.from(theta), length: DEFAULT_STATE.length });
  return { phase: "done", losses, forecast, milliseconds: null };
}

/** @returns {Result} */
const idle = () => ({ phase: "idle", losses: [], forecast: null, milliseconds: null });

/** @param {number} length */
const periods = (length) => say((length * STEP) / (2 * Math.PI), 2);

/** Mean loss of the last epoch. @param {number[]} losses */
function lastEpoch(losses) {
  const tail = losses.slice(-STEPS / EPOCHS);
  return tail.length ? tail.reduce((sum, loss) => sum + loss, 0) / tail.length : NaN;
}

/**
 * The windows: the first three, one under another, below the values they are cut from.
 * @param {Box} box
 * @param {number} length
 */
function windowsPanel(box, length) {
  const x = scaleLinear([0, begin.length - 1], [box.left, box.right]);
  const floor = box.bottom - 22 * SHOWN_WINDOWS - 12;
  const y = scaleLinear([-1, 1], [floor, box.top]);
  const room = Math.min(5, (x(1) - x(0)) / 2);
  const dots = Array.from(begin, (value, i) => /** @type {[number, number]} */ ([x(i), y(value)]));
  const windows = Array.from({ length: SHOWN_WINDOWS }, (_, i) => {
    const row = box.bottom - 22 * (SHOWN_WINDOWS - i) + 8;
    const from = x(i) - room;
    const to = x(i + length - 1) + room;
    return h(
      "g", { "data-window": i + 1 },
      h("path", { d: `M${px(from)} ${row - 7}H${px(to)}V${row + 7}H${px(from)}Z`, fill: colour("input"), "fill-opacity": 0.2, stroke: colour("input"), "stroke-width": 1.5 }),
      h("path", { d: markerPath("circle", [[x(i + length), row]], 90), fill: colour("raised"), stroke: colour("input"), "stroke-width": 2.5 }),
      label(from + 4, row + 5, to - from > 76 ? `window ${i + 1}` : "", { fill: colour("input") }),
    );
  });
  const target = x(SHOWN_WINDOWS - 1 + length);
  const left = target > box.right - 150;
  return h(
    "g", { "data-part": "windows" },
    yAxis({ box: { ...box, bottom: floor }, scale: y, ticks: [-1, 0, 1], format: (v) => say(v), label: "the sine and its first windows" }),
    h("path", { d: linePath(dots), fill: "none", stroke: colour("input"), "stroke-width": 1, "stroke-opacity": 0.5 }),
    h("path", { d: markerPath("circle", dots, 16), fill: colour("input") }),
    windows,
    label(left ? x(0) : target + 10, left ? floor - 4 : box.bottom - 9, left ? "○ the value to predict" : "the value to predict", { fill: colour("input") }),
    xAxis({ box, scale: x, ticks: [0, 10, 20, 30, 40, 50, 60], label: "sample (ten to a time unit)" }),
  );
}

const LOSS_DECADES = /** @type {[number, number]} */ ([-6, 1]);

/** @param {Box} box @param {Result} result */
function lossPanel(box, result) {
  const x = scaleLinear([1, STEPS], [box.left, box.right]);
  const y = scaleLinear(LOSS_DECADES, [box.bottom, box.top]);
  const points = result.losses.map((loss, i) => {
    const exponent = Math.min(LOSS_DECADES[1], Math.max(LOSS_DECADES[0], Math.log10(loss)));
    return Number.isFinite(exponent) ? /** @type {[number, number]} */ ([x(i + 1), y(exponent)]) : null;
  });
  const end = points[points.length - 1];
  return h(
    "g", { "data-part": "loss" },
    yAxis({ box, scale: y, ticks: [-6, -4, -2, 0], format: power, label: "loss of each batch", labelX: box.left - 38 }),
    xAxis({ box, scale: x, ticks: [50, 100, 150, 200, 250], label: "training step" }),
    h("path", { "data-path": "loss", d: linePath(points), fill: "none", stroke: colour("gradient"), "stroke-width": 1.75 }),
    end && h("path", { d: markerPath("circle", [end], 50), fill: colour("gradient") }),
  );
}

const FORECAST_RANGE = 1.6;

/** @param {Box} box @param {Result} result */
function forecastPanel(box, result) {
  const x = scaleLinear([0, TEST_SAMPLES], [box.left, box.right]);
  const y = scaleLinear([-FORECAST_RANGE, FORECAST_RANGE], [box.bottom, box.top]);
  const inFrame = (/** @type {number} */ value) => Math.max(-FORECAST_RANGE, Math.min(FORECAST_RANGE, value));
  /** @param {Float64Array} values @returns {Array<[number, number]>} */
  const points = (values) => Array.from(values, (value, i) => [x(i + 1), y(inFrame(value))]);
  const forecast = result.forecast ? points(result.forecast) : [];
  const roomy = box.right - box.left > 450;
  return h(
    "g", { "data-part": "forecast" },
    label(box.left - 30, box.top - 34, "free-running forecast"),
    h("path", { d: `M${px(box.left - 30)} ${px(box.top - 17)}h28`, stroke: colour("input"), "stroke-width": 2 }),
    label(box.left + 4, box.top - 12, "the sine", { fill: colour("input") }),
    h("path", { d: `M${px(box.left + 80)} ${px(box.top - 17)}h28`, stroke: colour("output"), "stroke-width": 2, "stroke-dasharray": "6 3" }),
    h("path", { d: markerPath("triangle", [[box.left + 94, box.top - 17]], 40), fill: colour("output") }),
    label(box.left + 114, box.top - 12, roomy ? "the network, fed its own output" : "the network", { fill: colour("output") }),
    [-1, 0, 1].map((tick) => h(
      "g", {},
      h("path", { d: `M${px(box.left)} ${px(y(tick))}H${px(box.right)}`, stroke: colour("muted"), "stroke-opacity": 0.3 }),
      label(box.left - 8, y(tick) + 5, say(tick), { "text-anchor": "end", fill: colour("muted") }),
    )),
    HORIZONS.map((steps) => h("path", {
      d: `M${px(x(steps))} ${px(box.top)}V${px(box.bottom)}`, stroke: colour("muted"), "stroke-dasharray": "2 3",
    })),
    xAxis({ box, scale: x, ticks: [0, ...HORIZONS], label: `steps after the last value seen${roomy ? " (100 steps = 10 time units)" : ""}` }),
    h("path", { "data-path": "truth", d: linePath(points(truth)), fill: "none", stroke: colour("input"), "stroke-width": 1.5 }),
    h("path", { "data-path": "forecast", d: linePath(forecast), fill: "none", stroke: colour("output"), "stroke-width": 2, "stroke-dasharray": "6 3" }),
    h("path", { d: markerPath("triangle", forecast.filter((_, i) => i % 50 === 49), 40), fill: colour("output") }),
  );
}

/**
 * @param {number} length
 * @param {Result} result
 * @param {number[]} errors
 */
function sentence(length, result, errors) {
  const kept = trainingWindows(windowCount(TRAINING_SAMPLES, length));
  if (result.phase === "idle") return `${kept} windows of ${length} values, ${periods(length)} periods each, wait for you: press Train.`;
  if (result.phase === "training") return `Training on ${kept} windows of ${length} values, ${periods(length)} periods each: step ${result.losses.length} of ${STEPS}.`;
  const loss = say(lastEpoch(result.losses), 2);
  const end = errors[2];
  const verdict = errors.some((error) => !Number.isFinite(error))
    ? "running free, the forecast grows without limit."
    : end > 0.71
      ? `running free, its RMSE over 1,000 steps is ${say(end, 2)}, worse than predicting zero (0.71).`
      : `running free, its RMSE is ${say(errors[0], 2)} over 100 steps and ${say(end, 2)} over 1,000. Predicting zero scores 0.71.`;
  return `Windows of ${length} values see ${periods(length)} periods. One step ahead the mean squared error is ${loss}; ${verdict}`;
}

/**
 * @param {State} state
 * @param {number} width
 * @param {Result} result
 * @returns {import("./lib/lab.js").View}
 */
export function view(state, width, result) {
  const length = Number(state.length);
  const wide = width >= 600;
  const split = wide ? Math.round(width * 0.55) : width;
  /** @type {Box} */
  const windows = { left: 30, right: split - 14, top: 30, bottom: 196 };
  /** @type {Box} */
  const loss = wide
    ? { left: split + 54, right: width - 14, top: 30, bottom: 196 }
    : { left: 44, right: width - 14, top: 290, bottom: 430 };
  const forecastTop = (wide ? 196 : 430) + 100;
  /** @type {Box} */
  const forecast = { left: 30, right: width - 18, top: forecastTop, bottom: forecastTop + 160 };
  const { forecast: values } = result;
  const done = result.phase === "done" && values !== null;
  const errors = HORIZONS.map((steps) => (done ? rmse(values, truth, steps) : NaN));
  const now = sentence(length, result, errors);
  const waiting = result.phase === "training" ? "training…" : "not yet";
  const count = windowCount(TRAINING_SAMPLES, length);
  const origin = result.phase !== "done" ? "" : result.milliseconds === null
    ? " This result was trained when the page was made."
    : ` Trained in this page in ${say(result.milliseconds / 1000, 2)} s.`;
  return {
    picture: picture(
      { width, height: forecast.bottom + 46, title: `Windows of ${length} values cut from a sine, the training loss, and 1,000 steps of forecast beside the sine itself. ${now}` },
      windowsPanel(windows, length), lossPanel(loss, result), forecastPanel(forecast, result),
    ),
    now,
    numbers: [
      { name: "loss", label: "Loss, last epoch", symbol: "MSE", value: done ? lastEpoch(result.losses) : NaN, text: done ? say(lastEpoch(result.losses), 3) : waiting },
      ...HORIZONS.map((steps, i) => ({
        name: `rmse_${steps}`, label: "Free-running RMSE,", symbol: `${steps.toLocaleString("en")} steps`, value: errors[i], text: done ? say(errors[i], 3) : waiting,
      })),
    ],
    note: `A tanh RNN with ${HIDDEN_SIZE} state units on [x, h], as in this chapter: Adam at 0.01, ${EPOCHS} epochs in batches of 128, on ${trainingWindows(count)} of the ${count} windows of ${TRAINING_SAMPLES} samples, in float64.${origin}`,
  };
}

/**
 * @param {{model: import("./lib/lab.js").Model, el: HTMLElement}} host
 * @returns {() => void}
 */
function render(host) {
  /** @type {Result} */
  let result = idle();
  /** @type {State | null} the setting that `result` is about */
  let about = null;
  let redraw = () => {};
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const jobs = background(WORKER, sineJob, ({ losses, forecast, milliseconds }) => {
    result = {
      phase: milliseconds === undefined ? "training" : "done",
      losses: [...result.losses, ...losses],
      forecast: forecast ?? result.forecast,
      milliseconds: milliseconds ?? null,
    };
    if (milliseconds !== undefined || !still.matches) redraw();
  });
  const train = () => {
    if (!about) return;
    result = { ...idle(), phase: "training" };
    jobs.start({ length: Number(about.length), seed: Number(about.seed), previews: !still.matches });
  };
  const stop = openLab(host, {
    name: "SineLab",
    question: "How long a window does the network need?",
    advice: "Drag the sequence length to 2 and up again; then keep the length and change only the seed.",
    fields,
    presets: [
      { label: "Blind: 2 values", state: { ...DEFAULT_STATE, length: 2 } },
      { label: "The chapter: 15", state: { ...DEFAULT_STATE } },
      { label: "Nearly a period: 60", state: { ...DEFAULT_STATE, length: 60 } },
    ],
    controls: ({ change, refresh, signal, id }) => {
      redraw = refresh;
      const length = slider({
        id: id("length"), name: "length", label: "Sequence length", symbol: "L", field: fields.length, signal,
        positions: [2, LONGEST], toValue: (p) => p, toPosition: (v) => v, page: 5, onChange: (value) => change({ length: value }),
      });
      const seed = slider({
        id: id("seed"), name: "seed", label: "Random seed", symbol: "", field: fields.seed, signal,
        positions: [0, 999], toValue: (p) => p, toPosition: (v) => v, onChange: (value) => change({ seed: value }),
      });
      const again = button({ label: "Train", action: "train", signal, onClick: () => { train(); refresh(); } });
      return {
        elements: [length.element, seed.element, make("div", { class: "rnn-lab-control" }, again)],
        set: (state) => {
          length.set(Number(state.length));
          seed.set(Number(state.seed));
          const before = about;
          about = state;
          // Nothing trains before the reader acts; later every change of the setting does.
          if (before !== null) {
            if (before.length !== state.length || before.seed !== state.seed) train();
          } else if (STORED && state.length === DEFAULT_STATE.length && state.seed === DEFAULT_STATE.seed) result = storedResult(STORED);
        },
      };
    },
    view: (state, width) => view(state, width, result),
  });
  return () => {
    stop();
    jobs.close();
  };
}

/** The default picture, drawn under Node when bundles are made. @param {number} [width] */
export const draw = (width = DEFAULT_WIDTH) => view(DEFAULT_STATE, width, storedResult(STORED ?? trainDefault())).picture;

export default { render };
