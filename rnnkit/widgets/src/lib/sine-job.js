// @ts-check
/** The training of SineLab as a background job that streams its loss. */
import { SLICE } from "./background.js";
import { sineForecast, sineTraining } from "./sine.js";

/** @typedef {{length: number, seed: number, previews: boolean}} Request `previews`: forecasts while training too */
/**
 * @typedef {object} Report
 * @property {number[]} losses  of the steps since the last report
 * @property {Float64Array} [forecast]
 * @property {number} [milliseconds]  only in the last report: the wall time of the training
 */

/** Steps between two previews of the forecast. */
const PREVIEW = 50;

/** @type {import("./background.js").Job<Request, Report>} */
export async function sineJob({ length, seed, previews }, post, pause) {
  const begun = performance.now();
  const training = sineTraining({ length, seed });
  let since = begun;
  /** @type {number[]} */
  let losses = [];
  let preview = false;
  for (let step = 1; step <= training.steps; step++) {
    losses.push(training.step());
    if (previews && step % PREVIEW === 0) preview = true;
    if (performance.now() - since > SLICE && step < training.steps) {
      post({ losses, forecast: preview ? sineForecast(training) : undefined });
      losses = [];
      preview = false;
      if (!(await pause())) return;
      since = performance.now();
    }
  }
  post({ losses, forecast: sineForecast(training), milliseconds: performance.now() - begun });
}
