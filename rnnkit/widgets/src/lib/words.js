// @ts-check
/** Numbers in words and digits, as the page shows them. */

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `10⁻⁴`. @param {number} exponent an integer */
export const power = (exponent) =>
  `10${exponent < 0 ? "⁻" : ""}${String(Math.abs(exponent)).replace(/\d/g, (digit) => RAISED[Number(digit)])}`;

/**
 * A number for reading: `digits` significant digits, a proper minus, powers of ten when it is very large or small.
 * @param {number} value
 * @param {number} [digits]
 */
export function say(value, digits = 4) {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}inf`;
  if (size === 0) return "0";
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
    return `${sign}${trim(mantissa)}\u00a0×\u00a0${power(Number(exponent))}`;
  }
  return sign + trim(Number(size.toPrecision(digits)).toString());
}

/** Drops zeros after the decimal point. @param {string} digits */
const trim = (digits) => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);

/** `1.2%`. @param {number} share 1 is everything @param {number} [digits] significant */
export const percent = (share, digits = 2) => `${say(share * 100, digits)}%`;

/**
 * `f"{value:.6f}"` of Python: exact ties go to the even digit, large numbers keep all their digits.
 * @param {number} value
 */
export function sixDecimals(value) {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}inf`;
  if (size >= 1e21) return `${sign}${BigInt(size)}.000000`;
  // A tie at the sixth decimal has an exact seventh, 5, and is an odd multiple of 1/128.
  const tie = Number.isInteger(size * 128) && (size * 128) % 2 === 1;
  if (tie) {
    const truncated = size.toFixed(7).slice(0, -1);
    if (Number(truncated.slice(-1)) % 2 === 0) return sign + truncated;
  }
  return sign + size.toFixed(6);
}
