// @ts-check
/**
 * A lab's state as text: typed values, and the URL hash `#Name:key=value&key=value`.
 * The prefix keeps it apart from page anchors, which this module never reads or writes.
 */

/** @typedef {string | number} Value */
/** @typedef {Record<string, Value>} State */
/**
 * What a trait may be. `parse` gives `undefined` for anything that is not allowed.
 * @typedef {{parse: (text: string) => Value | undefined, allowed: string}} Field
 */
/** @typedef {Record<string, Field>} Fields */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A finite number from `min` to `max`. @param {number} min @param {number} max @returns {Field} */
export const real = (min, max) => ({
  allowed: `a number from ${minus(min)} to ${minus(max)}`,
  parse: (text) => {
    const plain = text.trim().replace("−", "-");
    const value = NUMBER.test(plain) ? Number(plain) : NaN;
    return value >= min && value <= max ? value : undefined;
  },
});

/** A whole number from `min` to `max`. @param {number} min @param {number} max @returns {Field} */
export const integer = (min, max) => {
  const any = real(min, max);
  return {
    allowed: `a whole number from ${minus(min)} to ${minus(max)}`,
    parse: (text) => {
      const value = any.parse(text);
      return Number.isInteger(value) ? value : undefined;
    },
  };
};

/** One word of a list. @param {readonly string[]} words @returns {Field} */
export const oneOf = (words) => ({
  allowed: `one of ${words.join(", ")}`,
  parse: (text) => (words.includes(text) ? text : undefined),
});

/** @param {number} value */
const minus = (value) => String(value).replace("-", "−");

/** `Name:key=value&key=value`, without `#`. @param {string} name @param {State} state */
export const encode = (name, state) =>
  `${name}:${Object.entries(state).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;

/**
 * Reads a hash. `null`: it is not this lab's. `problem`: it is, and wrong; `state` is what it asks for.
 * @param {string} name
 * @param {string} hash as in `location.hash`, with or without `#`
 * @param {Fields} fields
 * @returns {null | {state: State, problem?: undefined} | {problem: string, state?: undefined}}
 */
export function decode(name, hash, fields) {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(`${name}:`)) return null;
  /** @type {State} */
  const state = {};
  for (const pair of text.slice(name.length + 1).split("&")) {
    if (!pair) continue;
    const [key, ...rest] = pair.split("=");
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) return { problem: `it names “${key.slice(0, 40)}”, which is not a control of this lab` };
    let raw = rest.join("=");
    try {
      raw = decodeURIComponent(raw);
    } catch {
      // A stray % stays as it is; parse then refuses it.
    }
    const value = field.parse(raw);
    if (value === undefined) return { problem: `it asks for ${key} = “${raw.slice(0, 40)}”; allowed is ${field.allowed}` };
    state[key] = value;
  }
  return { state };
}

/**
 * The lab as a Python expression, to paste into a notebook.
 * @param {string} name
 * @param {State} state
 */
export const asPython = (name, state) =>
  `${name}(${Object.entries(state).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ")})`;
