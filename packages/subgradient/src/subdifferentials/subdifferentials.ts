import { requireFinite, requireKnownOptions, type OptionNames } from '@nonsmooth/core';
import {
  denseForm,
  doubles,
  exactSignatureGradient,
  localForm,
  withoutFlatKinks,
  type ActiveRows,
  type LocalForm,
} from '../abs-normal/local-form.js';
import { meter, type Budget, type Meter } from '../cells/budget.js';
import { searchCells } from '../cells/search.js';
import { certify } from '../certify/certify.js';
import type { CertifiedGradient } from '../certify/certificate.js';
import { boundedSignatureGradient } from '../certify/signature-gradient.js';
import { add, print, subtract, zero, type Rational } from '../exact/rational.js';
import { obstacleOf } from '../membership/obstacle.js';
import {
  budgetReason,
  dependenceReason,
  roundedReason,
  type Reason,
} from '../membership/reasons.js';
import { searchFaces } from '../membership/faces.js';
import { fixSigns, frame, type SparseVector } from '../membership/frame.js';
import { independence } from '../membership/independence.js';
import { programOf, type Subject } from '../subject.js';
import { frechetElement } from './frechet-element.js';

/** Options of the functions that compute whole subdifferentials. */
export interface SubdifferentialOptions {
  readonly budget?: Partial<Budget>;
}

const subdifferentialOptionNames: OptionNames<SubdifferentialOptions> = { budget: true };

interface Scope {
  /**
   * True if this is the subdifferential of f; false if only that of its piecewise linearization is known, which is
   * contained in it (for the Fréchet subdifferential the two always agree).
   */
  readonly isWhole: boolean;
  /** Why it is not whole, or nothing is known. */
  readonly reason: Reason | undefined;
}

/** Clarke’s subdifferential of the linearization, as the convex hull of gradients. */
export interface ClarkeSubdifferential extends Scope {
  /** Its extreme points are among these distinct gradients: the Bouligand subdifferential. Empty if unknown. */
  readonly generators: readonly Float64Array[];
  /** Full-dimensional cells of the linearization. */
  readonly cells: number;
}

/**
 * Clarke's subdifferential as the convex hull of the gradients on the cells around the point, all of them attained.
 * Exact arithmetic decides which are; the gradients returned are rounded once.
 */
export function clarkeSubdifferential(
  subject: Subject,
  point: ArrayLike<number>,
  options: SubdifferentialOptions = {},
): ClarkeSubdifferential {
  requireKnownOptions('options', options, subdifferentialOptionNames);
  const local = localForm(programOf(subject, point), point);
  const known = exactData(local);
  if ('code' in known) return independentGenerators(local, known);
  const limits = meter(options.budget);
  const at = frame(known.rows, new Map());
  if ('vector' in at) throw new Error('0 lies in every row space');
  const gradients = new Map<string, Float64Array>();
  let cells = 0;
  searchCells(
    at.form,
    {
      cell({ signs }) {
        cells++;
        const gradient = exactSignatureGradient(known.rows, known.outputByInput, Array.from(signs));
        const key = [...gradient].filter(([, { n }]) => n !== 0n);
        key.sort(([s], [t]) => s - t);
        gradients.set(
          key.map(([t, entry]) => `${t}:${print(entry)}`).join(),
          doubles(gradient, point.length),
        );
      },
    },
    limits,
  );
  if (limits.exhausted !== undefined) {
    return { generators: [], cells, isWhole: false, reason: budgetReason(limits.exhausted) };
  }
  return { generators: [...gradients.values()], cells, ...scopeOf(local) };
}

/** A face of the linearization near which the Fréchet subdifferential is not empty. */
export interface LimitingPiece {
  /** Signs of the active kinks that matter at `direction`, in evaluation order. */
  readonly pattern: readonly number[];
  readonly direction: Float64Array;
  /** One of the Fréchet subgradients there. */
  readonly element: Float64Array;
}

/** The limiting subdifferential of the linearization, piece by piece. */
export interface LimitingSubdifferential extends Scope {
  /** The limiting subdifferential is the union of the Fréchet subdifferentials of Δf near these directions. */
  readonly pieces: readonly LimitingPiece[];
}

/** The limiting (Mordukhovich) subdifferential, piece by piece; `certify` decides membership of a vector. */
export function limitingSubdifferential(
  subject: Subject,
  point: ArrayLike<number>,
  options: SubdifferentialOptions = {},
): LimitingSubdifferential {
  requireKnownOptions('options', options, subdifferentialOptionNames);
  const local = localForm(programOf(subject, point), point);
  const known = exactData(local);
  if ('code' in known) return { pieces: [], isWhole: false, reason: known };
  const limits = meter(options.budget);
  const pieces: LimitingPiece[] = [];
  searchFaces(
    denseForm(known.rows, known.columns),
    {
      face({ pattern, direction }) {
        const element = elementNear(known, pattern, point.length, limits);
        if (element !== undefined) {
          const full = new Float64Array(point.length);
          known.columns.forEach((t, at) => (full[t] = Number(direction[at]!)));
          pieces.push({ pattern: [...pattern], direction: full, element });
        }
        return false;
      },
    },
    limits,
  );
  if (limits.exhausted !== undefined) {
    return { pieces: [], isWhole: false, reason: budgetReason(limits.exhausted) };
  }
  return { pieces, ...scopeOf(local) };
}

/** Whether the Fréchet subdifferential is empty, and one of its elements. */
export interface FrechetSubdifferential extends Scope {
  /** Undefined if unknown. */
  readonly isEmpty: boolean | undefined;
  /** One of its elements. */
  readonly element: Float64Array | undefined;
}

/** Whether f has a Fréchet subgradient at the point, and one of them. */
export function frechetSubdifferential(
  subject: Subject,
  point: ArrayLike<number>,
  options: SubdifferentialOptions = {},
): FrechetSubdifferential {
  requireKnownOptions('options', options, subdifferentialOptionNames);
  const local = localForm(programOf(subject, point), point);
  const known = exactData(local);
  if ('code' in known) {
    return { isEmpty: undefined, element: undefined, isWhole: false, reason: known };
  }
  const limits = meter(options.budget);
  const nowhere = known.rows.outputByAbs.map(() => 0);
  const element = elementNear(known, nowhere, point.length, limits);
  if (limits.exhausted !== undefined) {
    const reason = budgetReason(limits.exhausted);
    return { isEmpty: undefined, element: undefined, isWhole: false, reason };
  }
  return { isEmpty: element === undefined, element, isWhole: true, reason: undefined };
}

/** In which subdifferentials 0 lies: the stationarity of the point, with its certificate. */
export function stationarity(
  subject: Subject,
  point: ArrayLike<number>,
  options: SubdifferentialOptions = {},
): CertifiedGradient {
  requireKnownOptions('options', options, subdifferentialOptionNames);
  requireFinite('point', point);
  return certify(subject, point, { ...options, gradient: new Float64Array(point.length) });
}

interface ExactData {
  readonly rows: ActiveRows<Rational>;
  readonly outputByInput: SparseVector;
  /** Every column in which an active row has an entry. */
  readonly columns: readonly number[];
}

/** The exact rows of the active kinks, or why there are none. */
function exactData(local: LocalForm): ExactData | Reason {
  const obstacle = obstacleOf(local);
  if (obstacle !== undefined) return obstacle;
  const exact = local.exact();
  const outputByInput = exact && local.exactOutputByInput();
  if (exact === undefined || outputByInput === undefined) {
    return roundedReason;
  }
  const { rows } = withoutFlatKinks(exact, undefined);
  const columns = [...new Set(rows.switchingByInput.flatMap((row) => [...row.keys()]))];
  return { rows, outputByInput, columns: columns.sort((s, t) => s - t) };
}

/** An element of the Fréchet subdifferential of Δf near a direction with this pattern, if there is one. */
function elementNear(
  { rows, outputByInput }: ExactData,
  pattern: readonly number[],
  dimension: number,
  limits: Meter,
): Float64Array | undefined {
  const fixed = fixSigns(rows, new Map(), pattern);
  const columns = [...new Set(fixed.rows.switchingByInput.flatMap((row) => [...row.keys()]))];
  const found = frechetElement(denseForm(fixed.rows, columns), limits);
  if (found.found !== true) return undefined;
  // fixed.offset is minus what the fixed kinks add to the gradient
  const gradient = new Map(outputByInput);
  for (const [t, entry] of fixed.offset) gradient.set(t, subtract(gradient.get(t) ?? zero, entry));
  columns.forEach((t, at) => gradient.set(t, add(gradient.get(t) ?? zero, found.offset[at]!)));
  return doubles(gradient, dimension);
}

function scopeOf(local: LocalForm): Scope {
  const { holds, dependent } = independence(local);
  return {
    isWhole: holds,
    reason: holds ? undefined : dependenceReason({ dependent }),
  };
}

const mostIndependentKinks = 16;

/** Rows independent beyond rounding: every signature is attained. */
function independentGenerators(local: LocalForm, reason: Reason): ClarkeSubdifferential {
  const kinks = local.kinks.length;
  const isKnown = obstacleOf(local) === undefined && kinks <= mostIndependentKinks;
  if (!isKnown || independence(local).independent.length < kinks) {
    return { generators: [], cells: 0, isWhole: false, reason };
  }
  const cells = 2 ** kinks;
  const generators = Array.from({ length: cells }, (_, bits) =>
    boundedSignatureGradient(
      local,
      Array.from({ length: kinks }, (_kink, i) => ((bits >> i) & 1) * 2 - 1),
    ),
  );
  return { generators, cells, isWhole: true, reason: undefined };
}
