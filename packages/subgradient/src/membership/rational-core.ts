import type { ActiveRows, LocalForm } from '../abs-normal/local-form.js';
import { negate, zero, type Rational } from '../exact/rational.js';
import { kinds, type Tape } from '../procedure/tape.js';
import { exactDerivatives } from '../procedure/sweep.js';

/**
 * Z, L and b of f = s + c·h(q) without rounding, up to a positive factor, where all kinks act through one scalar q with
 * rational derivatives and h, c and s are smooth: near the point f is s + (a factor that is not 0)·q to first order, so
 * that its first-order sets are those of ±q, stretched and moved. Undefined where it is not so.
 */
export function rationalCore(local: LocalForm): ActiveRows<Rational> | undefined {
  const { tape, output } = local.procedure;
  const found = coreOf(tape, output);
  if (found === undefined) return undefined;
  const place = new Map(local.positions.map((position, i) => [position, i]));
  const byAbsolute = found.derivatives.byAbsolute;
  const rows = local.kinks.map(({ scalar }) => exactDerivatives(tape, scalar));
  if (!rows.every((row) => row !== undefined)) return undefined;
  return {
    switchingByInput: rows.map(({ byInput }) => byInput),
    switchingByAbs: rows.map(
      (row) =>
        new Map(
          [...row.byAbsolute].flatMap(([at, x]) => (place.has(at) ? [[place.get(at)!, x]] : [])),
        ),
    ),
    outputByAbs: local.positions.map((position) => {
      const b = byAbsolute.get(position) ?? zero;
      return found.sign > 0 ? b : negate(b);
    }),
  };
}

function coreOf(
  tape: Tape,
  output: number,
):
  | {
      readonly sign: number;
      readonly derivatives: NonNullable<ReturnType<typeof exactDerivatives>>;
    }
  | undefined {
  const isKinked = kinkedScalars(tape, output);
  let id = output;
  let sign = 1;
  for (;;) {
    // through calls and products with one kinked factor, until the derivatives are rational
    const derivatives = exactDerivatives(tape, id);
    if (derivatives !== undefined) return { sign, derivatives };
    if (tape.kind[id] === kinds.call) {
      const { arguments: args, partials, partialRadii } = tape.call(id);
      const at = args.findIndex((argument) => isKinked[argument] === 1);
      if (args.filter((argument) => isKinked[argument] === 1).length !== 1) return undefined;
      if (!(Math.abs(partials[at]!) > partialRadii[at]!)) return undefined;
      sign *= Math.sign(partials[at]!);
      id = args[at]!;
    } else if (tape.kind[id] === kinds.sum) {
      const { left, first, right, second, stride, count } = tape.terms(id);
      let next: { readonly id: number; readonly factor: number } | undefined;
      for (let t = 0; t < count; t++) {
        const [u, v] = [left[first + t]!, right[second + t * stride]!];
        const [inU, inV] = [isKinked[u] === 1, isKinked[v] === 1];
        if (!inU && !inV) continue;
        if (next !== undefined || (inU && inV)) return undefined;
        next = inU ? { id: u, factor: v } : { id: v, factor: u };
      }
      if (next === undefined) return undefined;
      const [value, radius] = [tape.value[next.factor]!, tape.radius[next.factor]!];
      if (!(Math.abs(value) > radius)) return undefined;
      sign *= Math.sign(value);
      id = next.id;
    } else return undefined;
  }
}

/** Which scalars up to the output depend on some |z|. */
function kinkedScalars(tape: Tape, output: number): Uint8Array {
  const isKinked = new Uint8Array(output + 1);
  for (let id = 0; id <= output; id++) {
    switch (tape.kind[id]) {
      case kinds.absolute:
        isKinked[id] = 1;
        break;
      case kinds.sum: {
        const { left, first, right, second, stride, count } = tape.terms(id);
        for (let t = 0; t < count && isKinked[id] === 0; t++) {
          isKinked[id] = isKinked[left[first + t]!]! | isKinked[right[second + t * stride]!]!;
        }
        break;
      }
      case kinds.call:
        isKinked[id] = tape.call(id).arguments.some((at) => isKinked[at] === 1) ? 1 : 0;
    }
  }
  return isKinked;
}
