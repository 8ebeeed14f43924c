// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT, draw, view, WEIGHT } from "../../rnnkit/widgets/src/GradientExplorer.js";
import { gapBelow } from "../../rnnkit/widgets/src/lib/explain.js";
import { markup } from "../../rnnkit/widgets/src/lib/svg.js";

/** @param {Partial<typeof DEFAULT>} change */
const now = (change) => view({ ...DEFAULT, ...change }, 720).now;
/** @param {Partial<typeof DEFAULT>} change @param {number} [width] */
const svg = (change, width = 720) => markup(view({ ...DEFAULT, ...change }, width).picture);

test("the sentence names each way of ending", () => {
  assert.match(now({}), /keeps 50% .* after 10 steps 0\.098% is left\. It vanishes\.$/);
  assert.match(now({ wh_init: 0.1 }), /six decimals show 0\.000000, but it is not 0/);
  assert.match(now({ wh_init: 1, length: 20 }), /whole\. Yet ∂loss\/∂wh has grown to 40/);
  assert.match(now({ wh_init: 2 }), /multiplies the gradient by 2: after 10 steps it is 1024 times/);
  assert.match(now({ wh_init: 10 }), /next float32 number below it is 1024 away: y − 1 rounds back/);
  assert.match(now({ wh_init: 10, precision: "float64" }), /explodes\.$/);
  assert.match(now({ wh_init: 10, length: 39 }), /At step 39 the state outgrows .* float32 .* nan/);
  assert.match(now({ wh_init: -1 }), /ReLU cuts the state to 0/);
  assert.match(now({ wh_init: -1, activation: "linear" }), /whole, with its sign turned/);
  assert.match(now({ wh_init: 0 }), /slope of ReLU at 0/);
  assert.match(now({ wh_init: 0, activation: "linear", length: 1 }), /only ∂loss\/∂wh is left/);
  assert.match(now({ wh_init: 0.1, length: 100 }), /below the smallest float32 number, 1\.4\s×\s10⁻⁴⁵/);
  assert.match(now({ activation: "tanh", wh_init: 1.5, length: 100 }), /tanh flattens .* ∂loss\/∂wh lives on the last few steps alone/);
  assert.doesNotMatch(now({ wh_init: 0.9999 }), /keeps 100%/);
});

test("a loss of 4 is explained where rounding makes it", () => {
  const found = [];
  for (let wh = 4; wh < 10; wh += 0.01) {
    for (let length = 7; length <= 13; length++) {
      const loss = view({ ...DEFAULT, wh_init: wh, length }, 720).numbers[3].value;
      if (loss === 4) found.push(now({ wh_init: wh, length }));
    }
  }
  assert.ok(found.length > 0);
  for (const sentence of found) assert.match(sentence, /rounds to y − 2: the loss is 4/);
});

test("the gap below a number is what the next number says", () => {
  assert.equal(gapBelow(1e10, "float32"), 1024);
  assert.equal(gapBelow(2 ** 25, "float32"), 2);
  assert.equal(gapBelow(2 ** 25 + 4, "float32"), 4);
  assert.equal(gapBelow(2 ** 53, "float64"), 1);
});

test("the picture is drawn for every corner of the controls, with finite coordinates", () => {
  for (const wh_init of [-10, -1, -0.01, 0, 0.01, 1, 10]) {
    for (const length of [1, 2, 10, 11, 50, 100]) {
      for (const activation of /** @type {const} */ (["relu", "tanh", "linear"])) {
        for (const precision of /** @type {const} */ (["float32", "float64"])) {
          const text = svg({ wh_init, length, activation, precision }, length === 2 ? 300 : 720);
          assert.doesNotMatch(text.replace(/aria-label="[^"]*"/, "").replace(/inf, nan/, ""), /NaN|Infinity|undefined/);
        }
      }
    }
  }
});

test("zeros and non-finite values have marks of their own, and words", () => {
  assert.match(svg({ wh_init: 10, length: 39 }), /exactly 0/);
  assert.match(svg({ wh_init: 10, length: 39 }), /inf, nan/);
  const marks = (/** @type {string} */ text) => (text.match(/<g data-series="wh">.*?<\/g>/)?.[0].match(/M/g) ?? []).length;
  assert.ok(marks(svg({ wh_init: -1 })) >= 10, "ten zeros are drawn");
  assert.match(svg({ wh_init: -1.5, activation: "linear" }), /hollow: negative/);
  assert.doesNotMatch(svg({}), /hollow/);
});

test("the three regions are named in the picture", () => {
  for (const word of ["explodes", "holds", "vanishes"]) assert.ok(svg({}).includes(word));
});

test("the numbers carry their full precision", () => {
  const shown = Object.fromEntries(view({ ...DEFAULT, wh_init: 0.1 }, 720).numbers.map(({ name, value }) => [name, value]));
  assert.ok(Math.abs(shown.h_init - 2e-10) < 1e-16 && shown.h_init !== 2e-10, "float32's own 2e-10");
  assert.equal(view({ ...DEFAULT, wh_init: 0.1 }, 720).line, "The table prints   L = 10   0.000000   0.000000   0.000000");
});

test("one key press on the weight is 0.01 near 1, and every position is a clean decimal", () => {
  const [low, high] = WEIGHT.positions;
  assert.deepEqual([WEIGHT.toValue(low), WEIGHT.toValue(0), WEIGHT.toValue(high)], [-10, 0, 10]);
  assert.ok(Object.is(WEIGHT.toValue(0), 0));
  let before = -Infinity;
  for (let position = low; position <= high; position++) {
    const value = WEIGHT.toValue(position);
    assert.ok(value > before && String(value).length <= 5, String(value));
    assert.equal(Math.round(WEIGHT.toPosition(value)), position);
    before = value;
  }
  assert.equal(WEIGHT.toValue(WEIGHT.toPosition(1) + 1), 1.01);
});

test("the default picture is drawn without a document", () => {
  assert.match(markup(draw()), /^<svg .*role="img".*<\/svg>$/s);
});
