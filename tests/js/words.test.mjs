// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { percent, power, say, sixDecimals } from "../../rnnkit/widgets/src/lib/words.js";
import { fixture } from "./fixtures.mjs";

test("six decimals are Python's, ties to even included", () => {
  const rows = fixture("decimals.json");
  assert.ok(rows.length > 500);
  for (const [value, text] of rows) assert.equal(sixDecimals(value), text, `for ${value}`);
});

test("numbers are said with a proper minus, raised exponents and no idle zeros", () => {
  assert.equal(say(0.5), "0.5");
  assert.equal(say(-0.00195312, 3), "−0.00195");
  assert.equal(say(2e-10, 5), "2\u00a0×\u00a010⁻¹⁰");
  assert.equal(say(-1.25e38, 3), "−1.25\u00a0×\u00a010³⁸");
  assert.deepEqual([say(NaN), say(-Infinity), say(-0), say(20)], ["nan", "−inf", "0", "20"]);
  assert.equal(power(-324), "10⁻³²⁴");
  assert.equal(percent(0.0009765625), "0.098%");
});
