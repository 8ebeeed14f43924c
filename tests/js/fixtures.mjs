// @ts-check
/** Reads what tests/js/fixtures.py wrote; tests/test_widgets_js.py sets the folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @param {string} name @returns {any} */
export function fixture(name) {
  const folder = process.env.RNNKIT_FIXTURES;
  if (!folder) throw new Error("RNNKIT_FIXTURES is not set: run `pytest tests/test_widgets_js.py`");
  return JSON.parse(readFileSync(join(folder, name), "utf8"), (_, value) =>
    value === "NaN" ? NaN : value === "Infinity" ? Infinity : value === "-Infinity" ? -Infinity : value);
}

/**
 * How many doubles or floats apart two finite values are.
 * @param {number} a
 * @param {number} b
 * @param {"float32" | "float64"} precision
 */
export function ulps(a, b, precision) {
  const order = (/** @type {number} */ value) => {
    if (precision === "float32") {
      const bits = new Int32Array(Float32Array.of(value).buffer)[0];
      return BigInt(bits < 0 ? -(bits & 0x7fffffff) : bits);
    }
    const bits = new BigInt64Array(Float64Array.of(value).buffer)[0];
    return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
  };
  const apart = order(a) - order(b);
  return Number(apart < 0n ? -apart : apart);
}
