// @ts-check
/**
 * First-order optimisers on a flat parameter vector, step for step what torch.optim does in float64.
 */

/**
 * @typedef {object} Optimiser
 * @property {(theta: Float64Array, gradient: Float64Array) => void} step  changes theta in place
 */

/**
 * Plain stochastic gradient descent, torch.optim.SGD without momentum.
 *
 * @param {{learningRate: number}} options
 * @returns {Optimiser}
 */
export function sgd({ learningRate }) {
  return {
    step(theta, gradient) {
      for (let i = 0; i < theta.length; i++) theta[i] -= learningRate * gradient[i];
    },
  };
}

/**
 * Adam (Kingma & Ba 2015), with torch.optim.Adam's defaults and its order of operations.
 *
 * @param {{learningRate: number, beta1?: number, beta2?: number, epsilon?: number, size: number}} options
 * @returns {Optimiser}
 */
export function adam({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, size }) {
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  let count = 0;
  return {
    step(theta, gradient) {
      count += 1;
      const rate = learningRate / (1 - beta1 ** count);
      const root = Math.sqrt(1 - beta2 ** count);
      for (let i = 0; i < theta.length; i++) {
        const g = gradient[i];
        mean[i] += (1 - beta1) * (g - mean[i]);
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        theta[i] -= (rate * mean[i]) / (Math.sqrt(square[i]) / root + epsilon);
      }
    },
  };
}
