import type { DescentRule, DescentRuleName, FloatArray } from '@nonsmooth/core';
import { integerPower, settingsOf, type Settings } from '../descent-settings.js';

/** Moves θ by one step; `step` counts from 1. Averages live in `moments`, each as long as θ. */
type Update = (
  step: number,
  learningRate: number,
  theta: FloatArray,
  gradient: FloatArray,
  moments: readonly FloatArray[],
) => void;

/** The formulas of PyTorch's optimizers (torch.optim), in its order of operations. */
const rules: { readonly [Name in DescentRuleName]: (settings: Settings<Name>) => Update } = {
  // g ← g + λθ; m ← μm + (1−δ)g (m = g at first); θ ← θ − γ(m or g + μm)
  sgd:
    ({ momentum, dampening, weightDecay, nesterov }) =>
    (step, learningRate, theta, gradient, [velocity]) => {
      for (let i = 0; i < theta.length; i++) {
        let g = gradient[i]! + weightDecay * theta[i]!;
        if (velocity) {
          velocity[i] = step === 1 ? g : momentum * velocity[i]! + (1 - dampening) * g;
          g = nesterov ? g + momentum * velocity[i]! : velocity[i]!;
        }
        theta[i]! -= learningRate * g;
      }
    },
  adam: (settings) => adam(settings, settings.weightDecay, 0),
  adamW: (settings) => adam(settings, 0, settings.weightDecay),
  // v ← αv + (1−α)g²; a ← a + (1−α)(g−a) if centered; u = g/(√(v − a²) + ε); m ← μm + u; θ ← θ − γm
  rmsprop:
    ({ smoothing, epsilon, weightDecay, momentum, centered }) =>
    (_step, learningRate, theta, gradient, moments) => {
      const squares = moments[0]!;
      const average = centered ? moments[1]! : undefined;
      const velocity = momentum === 0 ? undefined : moments.at(-1)!;
      for (let i = 0; i < theta.length; i++) {
        const g = gradient[i]! + weightDecay * theta[i]!;
        squares[i] = smoothing * squares[i]! + (1 - smoothing) * g * g;
        let variance = squares[i]!;
        if (average) {
          average[i]! += (1 - smoothing) * (g - average[i]!);
          variance -= average[i]! * average[i]!;
        }
        let move = g / (Math.sqrt(variance) + epsilon);
        if (velocity) move = velocity[i] = momentum * velocity[i]! + move;
        theta[i]! -= learningRate * move;
      }
    },
  // v ← v + g²; θ ← θ − γ/(1 + (n−1)η)·g/(√v + ε)
  adagrad:
    ({ learningRateDecay, epsilon, weightDecay }) =>
    (step, learningRate, theta, gradient, [squares]) => {
      const rate = learningRate / (1 + (step - 1) * learningRateDecay);
      for (let i = 0; i < theta.length; i++) {
        const g = gradient[i]! + weightDecay * theta[i]!;
        squares![i]! += g * g;
        theta[i]! -= rate * (g / (Math.sqrt(squares![i]!) + epsilon));
      }
    },
};

// m ← m + (1−β₁)(g−m); v ← β₂v + (1−β₂)g²; θ ← θ − γ/(1−β₁ⁿ)·m/(√v/√(1−β₂ⁿ) + ε); amsgrad: the largest v so far
function adam(
  { beta1, beta2, epsilon }: Omit<Settings<'adam'>, 'name'>,
  coupledDecay: number,
  decoupledDecay: number,
): Update {
  return (step, learningRate, theta, gradient, [mean, squares, largest]) => {
    const rate = learningRate / (1 - integerPower(beta1, step));
    const correction = Math.sqrt(1 - integerPower(beta2, step));
    for (let i = 0; i < theta.length; i++) {
      theta[i]! *= 1 - learningRate * decoupledDecay;
      const g = gradient[i]! + coupledDecay * theta[i]!;
      mean![i]! += (1 - beta1) * (g - mean![i]!);
      squares![i] = beta2 * squares![i]! + (1 - beta2) * g * g;
      let square = squares![i]!;
      if (largest) square = largest[i] = Math.max(largest[i]!, square);
      theta[i]! -= rate * (mean![i]! / (Math.sqrt(square) / correction + epsilon));
    }
  };
}

/** The update of a rule. @throws ArgumentError as `settingsOf`. */
export function updateRule(rule: DescentRule): Update {
  const make = rules[rule.name] as ((settings: unknown) => Update) | undefined;
  const settings = settingsOf(rule);
  return make!(settings);
}
