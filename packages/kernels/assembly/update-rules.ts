// One step of every descent rule, with the formulas and the order of operations of src/reference/update-rules.ts.

import { Rule } from './generated/names';
import { Descent } from './generated/structs';
import { VECTOR, splat } from './simd';

/** baseⁿ by repeated squaring. */
function integerPower(base: f64, n: f64): f64 {
  let power: f64 = 1;
  let square = base;
  for (let rest = <u64>n; rest > 0; rest >>= 1) {
    if (rest & 1) power *= square;
    square *= square;
  }
  return power;
}

/** Moves θ along its gradient; `state.steps` counts this step already. */
export function update<T>(state: Descent, learningRate: f64): void {
  switch (state.rule) {
    case Rule.sgd: {
      sgd<T>(state, learningRate);
      break;
    }
    case Rule.adam:
    case Rule.adamW: {
      adam<T>(state, learningRate);
      break;
    }
    case Rule.rmsprop: {
      rmsprop<T>(state, learningRate);
      break;
    }
    case Rule.adagrad: {
      adagrad<T>(state, learningRate);
      break;
    }
    default:
      unreachable();
  }
}

function sgd<T>(state: Descent, learningRate: f64): void {
  const rate = splat<T>(learningRate);
  const decay = splat<T>(state.weightDecay);
  const momentum = splat<T>(state.momentum);
  const fresh = splat<T>(state.steps == 1 ? 1 : 1 - state.dampening);
  const theta = state.theta;
  const velocity = state.moments0;
  for (let i: usize = 0; i < state.size; i += VECTOR) {
    const t = v128.load(theta + i);
    let g = v128.load(state.gradient + i);
    g = v128.add<T>(g, v128.mul<T>(decay, t));
    if (velocity) {
      const old = v128.mul<T>(momentum, v128.load(velocity + i));
      const m = v128.add<T>(old, v128.mul<T>(fresh, g));
      v128.store(velocity + i, m);
      g = state.variant ? v128.add<T>(g, v128.mul<T>(momentum, m)) : m;
    }
    v128.store(theta + i, v128.sub<T>(t, v128.mul<T>(rate, g)));
  }
}

function adam<T>(state: Descent, learningRate: f64): void {
  const decoupled = state.rule == Rule.adamW;
  const rate = splat<T>(learningRate / (1 - integerPower(state.beta1, state.steps)));
  const correction = splat<T>(sqrt(1 - integerPower(state.beta2, state.steps)));
  const shrink = splat<T>(decoupled ? 1 - learningRate * state.weightDecay : 1);
  const decay = splat<T>(decoupled ? 0 : state.weightDecay);
  const fresh = splat<T>(1 - state.beta1);
  const beta2 = splat<T>(state.beta2);
  const freshSquare = splat<T>(1 - state.beta2);
  const epsilon = splat<T>(state.epsilon);
  const theta = state.theta;
  for (let i: usize = 0; i < state.size; i += VECTOR) {
    const t = v128.mul<T>(v128.load(theta + i), shrink);
    const g = v128.add<T>(v128.load(state.gradient + i), v128.mul<T>(decay, t));
    let mean = v128.load(state.moments0 + i);
    mean = v128.add<T>(mean, v128.mul<T>(fresh, v128.sub<T>(g, mean)));
    v128.store(state.moments0 + i, mean);
    let square = v128.mul<T>(beta2, v128.load(state.moments1 + i));
    square = v128.add<T>(square, v128.mul<T>(v128.mul<T>(freshSquare, g), g));
    v128.store(state.moments1 + i, square);
    if (state.variant) {
      square = v128.max<T>(v128.load(state.moments2 + i), square);
      v128.store(state.moments2 + i, square);
    }
    const size = v128.add<T>(v128.div<T>(v128.sqrt<T>(square), correction), epsilon);
    v128.store(theta + i, v128.sub<T>(t, v128.mul<T>(rate, v128.div<T>(mean, size))));
  }
}

function rmsprop<T>(state: Descent, learningRate: f64): void {
  const rate = splat<T>(learningRate);
  const decay = splat<T>(state.weightDecay);
  const smoothing = splat<T>(state.beta2);
  const fresh = splat<T>(1 - state.beta2);
  const epsilon = splat<T>(state.epsilon);
  const momentum = splat<T>(state.momentum);
  const centered = state.variant;
  let velocity: usize = centered ? state.moments2 : state.moments1;
  if (state.momentum == 0) velocity = 0;
  const theta = state.theta;
  for (let i: usize = 0; i < state.size; i += VECTOR) {
    const t = v128.load(theta + i);
    const g = v128.add<T>(v128.load(state.gradient + i), v128.mul<T>(decay, t));
    let variance = v128.mul<T>(smoothing, v128.load(state.moments0 + i));
    variance = v128.add<T>(variance, v128.mul<T>(v128.mul<T>(fresh, g), g));
    v128.store(state.moments0 + i, variance);
    if (centered) {
      let mean = v128.load(state.moments1 + i);
      mean = v128.add<T>(mean, v128.mul<T>(fresh, v128.sub<T>(g, mean)));
      v128.store(state.moments1 + i, mean);
      variance = v128.sub<T>(variance, v128.mul<T>(mean, mean));
    }
    let move = v128.div<T>(g, v128.add<T>(v128.sqrt<T>(variance), epsilon));
    if (velocity) {
      move = v128.add<T>(v128.mul<T>(momentum, v128.load(velocity + i)), move);
      v128.store(velocity + i, move);
    }
    v128.store(theta + i, v128.sub<T>(t, v128.mul<T>(rate, move)));
  }
}

function adagrad<T>(state: Descent, learningRate: f64): void {
  const rate = splat<T>(learningRate / (1 + (state.steps - 1) * state.learningRateDecay));
  const decay = splat<T>(state.weightDecay);
  const epsilon = splat<T>(state.epsilon);
  const theta = state.theta;
  for (let i: usize = 0; i < state.size; i += VECTOR) {
    const t = v128.load(theta + i);
    const g = v128.add<T>(v128.load(state.gradient + i), v128.mul<T>(decay, t));
    const square = v128.add<T>(v128.load(state.moments0 + i), v128.mul<T>(g, g));
    v128.store(state.moments0 + i, square);
    const move = v128.div<T>(g, v128.add<T>(v128.sqrt<T>(square), epsilon));
    v128.store(theta + i, v128.sub<T>(t, v128.mul<T>(rate, move)));
  }
}
