// @ts-check
/**
 * xoshiro128** 1.1 (Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on
 * Mathematical Software 47(4), 2021, doi:10.1145/3460772), its state filled by SplitMix64 as the authors
 * advise. The same seed gives the same numbers in every browser.
 */

const MASK = (1n << 64n) - 1n;

/**
 * The first values of SplitMix64 (Steele, Lea & Flood 2014).
 *
 * @param {bigint} seed
 * @param {number} count
 * @returns {bigint[]} unsigned 64-bit integers
 */
export function splitMix64(seed, count) {
  const values = [];
  let state = seed & MASK;
  for (let i = 0; i < count; i++) {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    values.push(z ^ (z >> 31n));
  }
  return values;
}

/** @typedef {() => number} Generator  unsigned 32-bit integers */

/**
 * xoshiro128** from four 32-bit words, not all zero.
 *
 * @param {[number, number, number, number]} words
 * @returns {Generator}
 */
export function xoshiro128(words) {
  let [a, b, c, d] = words.map((word) => word >>> 0);
  return () => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  };
}

/**
 * A generator from one seed.
 *
 * @param {number} seed  a whole number, 0 or more
 * @returns {Generator}
 */
export function generator(seed) {
  const [low, high] = splitMix64(BigInt(seed), 2);
  return xoshiro128([
    Number(low & 0xffffffffn),
    Number(low >> 32n),
    Number(high & 0xffffffffn),
    Number(high >> 32n),
  ]);
}

/**
 * A number in [0, 1) with 32 random bits.
 *
 * @param {Generator} next
 * @returns {number}
 */
export function uniform(next) {
  return next() / 2 ** 32;
}

/**
 * The numbers 0 .. count − 1 in random order (Fisher–Yates).
 *
 * @param {number} count
 * @param {Generator} next
 * @returns {Int32Array}
 */
export function permutation(count, next) {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform(next) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * @param {number} value
 * @param {number} bits
 */
function rotate(value, bits) {
  return (value << bits) | (value >>> (32 - bits));
}
