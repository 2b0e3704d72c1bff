/** An expression that was read: ['x', i] is input i, ['c', value] a constant; operations stand before their arguments. */
export type Term = readonly [op: string, ...args: (Term | number)[]];

const ofOne =
  'abs sign sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh ' +
  'floor ceil round trunc';

/** Functions, and how many arguments they have: exactly so many, or at least one. */
export const functionNames: ReadonlyMap<string, number | 'any'> = new Map<string, number | 'any'>([
  ...ofOne.split(' ').map((name) => [name, 1] as const),
  ['atan2', 2],
  ['pow', 2],
  ['hypot', 'any'],
  ['max', 'any'],
  ['min', 'any'],
  ...['erf', 'erfc', 'relu', 'square', 'logistic', 'softplus'].map((name) => [name, 1] as const),
]);

/** Operators by the names that the parser gives them, with the names of operations. */
export const operatorNames: ReadonlyMap<string, string> = new Map([
  ['unaryMinus', 'neg'],
  ['unaryPlus', 'plus'],
  ['add', 'add'],
  ['subtract', 'sub'],
  ['multiply', 'mul'],
  ['divide', 'div'],
  ['pow', 'pow'],
  ['mod', 'mod'],
  ['smaller', 'less'],
  ['smallerEq', 'lessEqual'],
  ['larger', 'greater'],
  ['largerEq', 'greaterEqual'],
  ['equal', 'equal'],
  ['unequal', 'notEqual'],
  ['and', 'and'],
  ['or', 'or'],
  ['not', 'not'],
]);
