// @ts-check
/** torch.nn.utils.clip_grad_norm_ on a flat gradient. */

/**
 * The length of a gradient vector.
 *
 * @param {Float64Array} gradient
 * @returns {number}
 */
export function norm(gradient) {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i] * gradient[i];
  return Math.sqrt(sum);
}

/**
 * Scale a gradient in place to at most maxNorm, as torch does: by min(1, maxNorm / (norm + 1e-6)).
 *
 * The 1e-6 guards the division; it also makes torch scale a norm that is equal to maxNorm, by a
 * millionth. A norm of infinity gives the factor 0, and 0 times infinity is nan: torch does the same.
 *
 * @param {Float64Array} gradient
 * @param {number} maxNorm
 * @returns {{norm: number, factor: number}} the norm before, and what the gradient was multiplied by
 */
export function clipGradientNorm(gradient, maxNorm) {
  const total = norm(gradient);
  const coefficient = maxNorm / (total + 1e-6);
  // Not Math.min: a nan norm must leave nan behind, as in torch.clamp.
  const factor = coefficient > 1 ? 1 : coefficient;
  for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
  return { norm: total, factor };
}
