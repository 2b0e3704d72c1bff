import { once } from '@nonsmooth/core';
import type { Program } from '@nonsmooth/autodiff';
import type { AbsLinearForm } from '../cells/abs-linear.js';
import { add, fromNumber, multiply, toNumber, zero, type Rational } from '../exact/rational.js';
import type { Ball } from '../procedure/ball.js';
import type { SwitchingVariable } from '../procedure/expansion.js';
import { scalarProcedure, type ScalarProcedure } from '../procedure/scalar-procedure.js';
import { boundedDerivatives, exactDerivatives, type Derivatives } from '../procedure/sweep.js';

/** Rows of the abs-normal form of the active kinks that matter, inactive ones eliminated; sparse, by index. */
export interface ActiveRows<T> {
  readonly switchingByInput: readonly ReadonlyMap<number, T>[];
  readonly switchingByAbs: readonly ReadonlyMap<number, T>[];
  readonly outputByAbs: readonly T[];
}

/** What is known about a function at a point to first order. */
export interface LocalForm {
  readonly procedure: ScalarProcedure;
  readonly value: number;
  readonly dimension: number;
  /** The active kinks that f depends on, in evaluation order. */
  readonly kinks: readonly SwitchingVariable[];
  /** Position of each of `kinks` among `procedure.active`. */
  readonly positions: readonly number[];
  /** Z, L, b without any rounding; undefined if some factor is irrational or was rounded. */
  exact(): ActiveRows<Rational> | undefined;
  /** a without any rounding: a whole sweep in rational numbers, made when it is first asked for. */
  exactOutputByInput(): ReadonlyMap<number, Rational> | undefined;
  /** The same numbers with error bounds. */
  readonly bounded: ActiveRows<Ball>;
  outputByInput(): ReadonlyMap<number, Ball>;
}

/** The abs-normal form of the program at the point, restricted to the active kinks. */
export function localForm(program: Program, point: ArrayLike<number>): LocalForm {
  const procedure = scalarProcedure(program, point);
  const { tape, active, output } = procedure;
  const ofOutput = once(() => boundedDerivatives(tape, output));
  const exactOfOutput = once(() => exactDerivatives(tape, output));
  const rows = activeRows(procedure, ofOutput, exactOfOutput);
  const positions = [...rows.keys()].toReversed();
  const place = new Map(positions.map((position, i) => [position, i]));
  const relabel = <T>(map: ReadonlyMap<number, T>): Map<number, T> =>
    new Map([...map].flatMap(([at, x]) => (place.has(at) ? [[place.get(at)!, x]] : [])));
  const all = positions.map((position) => rows.get(position)!);
  const exact = once((): ActiveRows<Rational> | undefined => {
    if (all.length === 0) return { switchingByInput: [], switchingByAbs: [], outputByAbs: [] };
    const byAbsolute = exactOfOutput()?.byAbsolute;
    if (byAbsolute === undefined || all.some((row) => row.exact === undefined)) return undefined;
    return {
      switchingByInput: all.map((row) => row.exact!.byInput),
      switchingByAbs: all.map((row) => relabel(row.exact!.byAbsolute)),
      outputByAbs: positions.map((position) => byAbsolute.get(position) ?? zero),
    };
  });
  const none: Ball = { value: 0, radius: 0 };
  return {
    procedure,
    value: tape.value[output]!,
    dimension: procedure.dimension,
    kinks: positions.map((position) => active[position]!),
    positions,
    exact,
    exactOutputByInput: () => exactOfOutput()?.byInput,
    bounded: {
      switchingByInput: all.map(({ bounded }) => bounded.byInput),
      switchingByAbs: all.map(({ bounded }) => relabel(bounded.byAbsolute)),
      outputByAbs: positions.map((position) => ofOutput().byAbsolute.get(position) ?? none),
    },
    outputByInput: () => ofOutput().byInput,
  };
}

interface RowDerivatives {
  readonly bounded: Derivatives<Ball>;
  readonly exact: Derivatives<Rational> | undefined;
}

/** From the last active kink to the first: one matters if f or a later one that matters depends on its |z|. */
function activeRows(
  { tape, active }: ScalarProcedure,
  ofOutput: () => Derivatives<Ball>,
  exactOfOutput: () => Derivatives<Rational> | undefined,
): ReadonlyMap<number, RowDerivatives> {
  const rows = new Map<number, RowDerivatives>();
  for (let i = active.length - 1; i >= 0; i--) {
    const influences = [{ bounded: ofOutput(), exact: exactOfOutput() }, ...rows.values()];
    const matters = influences.some(({ bounded, exact }) => {
      if (exact !== undefined) return (exact.byAbsolute.get(i)?.n ?? 0n) !== 0n;
      const influence = bounded.byAbsolute.get(i);
      return influence !== undefined && (influence.value !== 0 || influence.radius !== 0);
    });
    if (!matters) continue;
    const { scalar } = active[i]!;
    rows.set(i, {
      bounded: boundedDerivatives(tape, scalar),
      exact: exactDerivatives(tape, scalar),
    });
  }
  return rows;
}

/** The dense abs-linear form on some columns. */
export function denseForm(rows: ActiveRows<Rational>, columns: readonly number[]): AbsLinearForm {
  return {
    dimension: columns.length,
    switchingByInput: rows.switchingByInput.map((row) => columns.map((t) => row.get(t) ?? zero)),
    switchingByAbs: rows.switchingByAbs.map((row, i) =>
      Array.from({ length: i }, (_, j) => row.get(j) ?? zero),
    ),
    outputByAbs: rows.outputByAbs,
  };
}

/** g_σ as exact numbers: a + Σ b_iσ_i∇z_i^σ for any σ ∈ [−1, 1]. */
export function exactSignatureGradient(
  rows: ActiveRows<Rational>,
  outputByInput: ReadonlyMap<number, Rational>,
  signature: readonly number[],
): Map<number, Rational> {
  const gradient = new Map(outputByInput);
  const byAbsolute = [...rows.outputByAbs];
  for (let i = signature.length - 1; i >= 0; i--) {
    const cotangent = multiply(fromNumber(signature[i]!), byAbsolute[i]!);
    if (cotangent.n === 0n) continue;
    for (const [j, entry] of rows.switchingByAbs[i]!) {
      byAbsolute[j] = add(byAbsolute[j]!, multiply(cotangent, entry));
    }
    for (const [t, entry] of rows.switchingByInput[i]!) {
      gradient.set(t, add(gradient.get(t) ?? zero, multiply(cotangent, entry)));
    }
  }
  return gradient;
}

/** The sparse rational vector as a dense array of doubles. */
export function doubles(vector: ReadonlyMap<number, Rational>, dimension: number): Float64Array {
  const out = new Float64Array(dimension);
  for (const [t, entry] of vector) out[t] = toNumber(entry);
  return out;
}

/** The rows without the kinks whose ∇z_i^σ is 0 for every σ: nothing depends on their sign. */
export function withoutFlatKinks(
  rows: ActiveRows<Rational>,
  choice: readonly number[] | undefined,
): { readonly rows: ActiveRows<Rational>; readonly choice: readonly number[] | undefined } {
  const flat = flatRows(rows);
  if (!flat.includes(true)) return { rows, choice };
  const kept = flat.flatMap((isFlat, i) => (isFlat ? [] : [i]));
  return {
    choice: choice && kept.map((i) => choice[i]!),
    rows: {
      switchingByInput: kept.map((i) => rows.switchingByInput[i]!),
      switchingByAbs: kept.map(
        (i) =>
          new Map(
            [...rows.switchingByAbs[i]!].flatMap(([j, x]) =>
              flat[j]! ? [] : [[kept.indexOf(j), x]],
            ),
          ),
      ),
      outputByAbs: kept.map((i) => rows.outputByAbs[i]!),
    },
  };
}

/** Which kinks have ∇z_i^σ = 0 for every σ. */
export function flatRows(
  rows: Pick<ActiveRows<{ readonly n: bigint }>, 'switchingByInput' | 'switchingByAbs'>,
): boolean[] {
  const flat: boolean[] = [];
  rows.switchingByInput.forEach((row, i) => {
    const couplings = [...rows.switchingByAbs[i]!].filter(([j]) => !flat[j]!);
    flat.push([...row.values(), ...couplings.map(([, x]) => x)].every(({ n }) => n === 0n));
  });
  return flat;
}
