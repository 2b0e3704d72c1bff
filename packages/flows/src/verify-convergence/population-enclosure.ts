import type { PopulationRisk } from '@nonsmooth/nets';
import {
  add,
  ball,
  div,
  interval,
  larger,
  mul,
  neg,
  point,
  smaller,
  square,
  sub,
  zero,
  type Interval,
} from './interval.js';
import { piecewiseOn, Primitive, times, type Part } from './piecewise-primitive.js';

/** A hidden neuron on a box: its parameters, and [from, to], where it is active. */
interface Neuron {
  readonly w: Interval;
  readonly b: Interval;
  readonly from: Interval;
  readonly to: Interval;
  /** Its breakpoint with the factor of what that adds to the Hessian: 1, or all of [0, 1] where it may leave the interval. */
  readonly breakpoint?: { readonly at: Interval; readonly share: Interval };
  readonly state: 'bent' | 'affine' | 'dead';
}

/** Loss, gradient and Hessian on a box, and fields that every gradient is orthogonal to. */
export interface EnclosedPopulation {
  readonly loss: Interval;
  readonly gradient: readonly Interval[];
  /** d × d. */
  readonly hessian: readonly (readonly Interval[])[];
  /** Tangents of symmetries. */
  readonly tangents: readonly (readonly Interval[])[];
  /** Whether L depends on the parameter: not on those of dead neurons. */
  readonly moves: readonly boolean[];
}

/** Encloses exact population risks of shallow ReLU networks. */
export class PopulationEnclosure {
  private readonly risk: PopulationRisk;
  /** x^q·p for q = 0, 1, 2; x^q·f_j·p for q = 0, 1; f_j²p. */
  private readonly moments: readonly Primitive[];
  private readonly targets: readonly (readonly Primitive[])[];
  private readonly squares: readonly Primitive[];
  private readonly density: readonly Part[];
  private readonly values: readonly (readonly Part[])[];

  constructor(risk: PopulationRisk) {
    this.risk = risk;
    const outputs = risk.network.widths[2]!;
    const parts = (
      of: (segment: PopulationRisk['segments'][number]) => readonly Interval[],
    ): Part[] =>
      risk.segments.map((segment) => ({
        start: segment.start,
        end: segment.end,
        coefficients: of(segment),
      }));
    const power = (q: number): Interval[] => [...Array<Interval>(q).fill(zero), point(1)];
    const each = <T>(of: (j: number) => T): T[] => Array.from({ length: outputs }, (_, j) => of(j));
    const p = (segment: PopulationRisk['segments'][number]): Interval[] =>
      segment.density.map(point);
    const f = (segment: PopulationRisk['segments'][number], j: number): Interval[] =>
      segment.targets[j]!.map(point);
    this.density = parts(p);
    this.values = each((j) => parts((segment) => f(segment, j)));
    this.moments = [0, 1, 2].map(
      (q) => new Primitive(parts((segment) => times(power(q), p(segment)))),
    );
    this.targets = each((j) =>
      [0, 1].map(
        (q) => new Primitive(parts((segment) => times(power(q), times(f(segment, j), p(segment))))),
      ),
    );
    this.squares = each(
      (j) =>
        new Primitive(parts((segment) => times(f(segment, j), times(f(segment, j), p(segment))))),
    );
  }

  /** On all θ′ with |θ′ − θ| ≤ radius entry by entry, or why not. */
  on(theta: ArrayLike<number>, radius: number): EnclosedPopulation | string {
    const [, n, outputs] = this.risk.network.widths as [number, number, number];
    const d = this.risk.dimension;
    const at = (k: number): Interval => (radius === 0 ? point(theta[k]!) : ball(theta[k]!, radius));
    const neurons: Neuron[] = [];
    for (let i = 0; i < n; i++) {
      const neuron = this.neuron(at(i), at(n + i));
      if (neuron === undefined) return `neuron ${i} has no definite side on the interval`;
      neurons.push(neuron);
    }
    const v = (j: number, i: number): Interval => at((2 + j) * n + i);
    const c = (j: number): Interval => at((2 + outputs) * n + j);
    const [W, B, V, C] = [
      (i: number) => i,
      (i: number) => n + i,
      (j: number, i: number) => (2 + j) * n + i,
      (j: number) => (2 + outputs) * n + j,
    ];
    const shared = neurons.map((one) =>
      neurons.map((other) => {
        if (one.state === 'dead' || other.state === 'dead') return [zero, zero, zero];
        const [s, e] = [larger(one.from, other.from), smaller(one.to, other.to)];
        return this.moments.map((moment) => moment.over(s, e));
      }),
    );
    const own = (i: number, q: number): Interval => shared[i]![i]![q]!;
    /** ∫ x^q·relu(w_k x + b_k)·p where both i and k are active. */
    const crossed = (i: number, k: number, q: number): Interval => {
      const m = shared[i]![k]!;
      return add(mul(neurons[k]!.w, m[q + 1]!), mul(neurons[k]!.b, m[q]!));
    };
    const product = (i: number, k: number): Interval =>
      add(mul(neurons[i]!.w, crossed(i, k, 1)), mul(neurons[i]!.b, crossed(i, k, 0)));
    const two = point(2);
    const gradient = Array<Interval>(d).fill(zero);
    const hessian = Array.from({ length: d }, () => Array<Interval>(d).fill(zero));
    const put = (i: number, k: number, value: Interval): void => {
      hessian[i]![k] = hessian[k]![i] = add(hessian[i]![k]!, mul(two, value));
    };
    let loss = zero;
    for (let j = 0; j < outputs; j++) {
      const [f0, f1] = this.targets[j]! as [Primitive, Primitive];
      // ∫ R_j x^q p where i is active
      const error = (i: number, q: 0 | 1): Interval => {
        let sum = mul(c(j), own(i, q));
        for (let k = 0; k < n; k++) sum = add(sum, mul(v(j, k), crossed(i, k, q)));
        return sub(sum, (q === 0 ? f0 : f1).over(neurons[i]!.from, neurons[i]!.to));
      };
      let whole = sub(mul(c(j), this.moments[0]!.total), f0.total);
      let outside = mul(c(j), sub(mul(c(j), this.moments[0]!.total), mul(two, f0.total)));
      for (let i = 0; i < n; i++) {
        const { w, b, from, to, breakpoint, state } = neurons[i]!;
        if (state === 'dead') continue;
        const [e0, e1] = [error(i, 0), error(i, 1)];
        const mean = add(mul(w, own(i, 1)), mul(b, own(i, 0)));
        gradient[W(i)] = add(gradient[W(i)]!, mul(two, mul(v(j, i), e1)));
        gradient[B(i)] = add(gradient[B(i)]!, mul(two, mul(v(j, i), e0)));
        gradient[V(j, i)] = mul(two, add(mul(w, e1), mul(b, e0)));
        whole = add(whole, mul(v(j, i), mean));
        put(W(i), V(j, i), e1);
        put(B(i), V(j, i), e0);
        put(W(i), C(j), mul(v(j, i), own(i, 1)));
        put(B(i), C(j), mul(v(j, i), own(i, 0)));
        put(V(j, i), C(j), mean);
        for (let k = 0; k < n; k++) {
          if (neurons[k]!.state === 'dead') continue;
          put(W(i), V(j, k), mul(v(j, i), crossed(i, k, 1)));
          put(B(i), V(j, k), mul(v(j, i), crossed(i, k, 0)));
          if (k > i) continue;
          const vv = k === i ? square(v(j, i)) : mul(v(j, i), v(j, k));
          const m = shared[i]![k]!;
          put(W(i), W(k), mul(vv, m[2]!));
          put(B(i), B(k), mul(vv, m[0]!));
          put(W(i), B(k), mul(vv, m[1]!));
          if (k < i) put(B(i), W(k), mul(vv, m[1]!));
          put(V(j, i), V(j, k), product(i, k));
          const twice = k < i ? two : point(1);
          loss = add(loss, mul(twice, mul(vv, product(i, k))));
        }
        const target = add(mul(w, f1.over(from, to)), mul(b, f0.over(from, to)));
        loss = add(loss, mul(mul(two, v(j, i)), sub(mul(c(j), mean), target)));
        if (breakpoint) {
          const { at: t, share } = breakpoint;
          let output = c(j);
          for (let k = 0; k < n; k++) {
            if (k === i || neurons[k]!.state === 'dead') continue;
            const z = add(mul(neurons[k]!.w, t), neurons[k]!.b);
            output = add(output, mul(v(j, k), larger(z, zero)));
          }
          const jump = mul(
            share,
            div(
              mul(
                mul(v(j, i), sub(output, piecewiseOn(this.values[j]!, t))),
                piecewiseOn(this.density, t),
              ),
              w.lo > 0 ? w : neg(w),
            ),
          );
          put(W(i), W(i), mul(jump, square(t)));
          put(W(i), B(i), mul(jump, t));
          put(B(i), B(i), jump);
        }
      }
      gradient[C(j)] = mul(two, whole);
      put(C(j), C(j), this.moments[0]!.total);
      outside = add(outside, this.squares[j]!.total);
      loss = add(loss, outside);
    }
    const moves = Array<boolean>(d).fill(true);
    const tangents: Interval[][] = [];
    neurons.forEach(({ state, w, b }, i) => {
      if (state === 'dead') {
        for (const k of [W(i), B(i)]) moves[k] = false;
        for (let j = 0; j < outputs; j++) moves[V(j, i)] = false;
        return;
      }
      // relu(λz)/λ = relu(z); and where a neuron is affine, what its bias adds the output's bias can, too
      const scaling = Array<Interval>(d).fill(zero);
      [scaling[W(i)], scaling[B(i)]] = [w, b];
      for (let j = 0; j < outputs; j++) scaling[V(j, i)] = neg(v(j, i));
      tangents.push(scaling);
      if (state === 'affine') {
        const shift = Array<Interval>(d).fill(zero);
        shift[B(i)] = point(-1);
        for (let j = 0; j < outputs; j++) shift[C(j)] = v(j, i);
        tangents.push(shift);
      }
    });
    // affine neurons with one output share its slope
    const affine = neurons.flatMap(({ state }, i) => (state === 'affine' ? [i] : []));
    for (const i of outputs === 1 ? affine.slice(1) : []) {
      const turn = Array<Interval>(d).fill(zero);
      turn[W(affine[0]!)] = v(0, i);
      turn[W(i)] = neg(v(0, affine[0]!));
      tangents.push(turn);
    }
    return { loss, gradient, hessian, tangents, moves };
  }

  private neuron(w: Interval, b: Interval): Neuron | undefined {
    const [a, e] = this.risk.interval.map(point) as [Interval, Interval];
    const [za, ze] = [add(mul(w, a), b), add(mul(w, e), b)];
    if (za.hi < 0 && ze.hi < 0) return { w, b, from: a, to: a, state: 'dead' };
    if (za.lo > 0 && ze.lo > 0) return { w, b, from: a, to: e, state: 'affine' };
    if (!(w.lo > 0 || w.hi < 0)) return undefined;
    const exact = div(neg(b), w);
    const at = smaller(larger(exact, a), e);
    const isInside = exact.lo > a.hi && exact.hi < e.lo;
    const breakpoint = { at, share: isInside ? point(1) : interval(0, 1) };
    return w.lo > 0
      ? { w, b, from: at, to: e, breakpoint, state: 'bent' }
      : { w, b, from: a, to: at, breakpoint, state: 'bent' };
  }
}
