export { ArgumentError, DisposedError, NonFiniteError, ShapeError } from '@nonsmooth/core';
export type { Objective, ParameterSlice, SampledObjective } from '@nonsmooth/core';
export type { Builder, Tracer } from './builder.js';
export { requireObjectiveProgram, requireProgram, type Arity } from './checked-program.js';
export { compile } from './compile.js';
export type { CompiledProgram, CompileOptions } from './compile.js';
export * from './derivatives/check-gradient.js';
export type { DerivativeOptions, Placed, Traceable } from './derivatives/differentiate.js';
export * from './derivatives/directional.js';
export * from './derivatives/gradient.js';
export * from './derivatives/matrices.js';
export * from './derivatives/products.js';
export * from './derivatives/programs.js';
export * from './errors.js';
export { applyNode, type Operand, type Value } from './emit.js';
export { evaluate, type Argument } from './evaluate.js';
export { isConstantPolicy } from './kink-policy.js';
export type { DirectionPolicy, KinkPolicy, SignaturePolicy } from './kink-policy.js';
export { defaultKinks, type Kinks } from '@nonsmooth/kernels';
export { programFromData, programToData } from './interchange/program-data.js';
export type { NodeData, NumberData, ProgramData } from './interchange/program-data.js';
export * from './objective.js';
export * from './ops/activations.js';
export * from './ops/arithmetic.js';
export * from './ops/choice.js';
export * from './ops/elementary.js';
export * from './ops/indexing.js';
export * from './ops/kinks.js';
export { dot, matmul, matrixTranspose, outer } from './ops/linear-algebra.js';
export * from './ops/pairs.js';
export * from './ops/power.js';
export {
  keepAxes,
  logSoftmax,
  logSumExp,
  max,
  maximumNorm,
  mean,
  min,
  norm,
  oneNorm,
  softmax,
  sum,
} from './ops/reductions.js';
export type { Axes, ReduceOptions } from './ops/reductions.js';
export { sort } from './ops/sort.js';
export * from './ops/statistics.js';
export * from './ops/structure.js';
export { print } from './print.js';
export * from './program.js';
export * from './rewrite.js';
export type { ScalarFunction } from './scalar-function.js';
export * from './switching/abs-normal-program.js';
export { constantSignature } from './switching/constant-signature.js';
export { directionalChoice, directionalSignature } from './switching/directional-signature.js';
export type { DirectionalChoice } from './switching/directional-signature.js';
export * from './switching/irregular.js';
export * from './switching/kinks-of-program.js';
export { signatureGradientProgram } from './switching/chosen-programs.js';
export { switchedProgram, switchingProgram } from './switching/variables.js';
export { scalarOf, unaryOps } from './forward/scalar.js';
export { switchingTable } from './rules/switching.js';
export type { AbsLike, Switching, SwitchingTable } from './rules/switching.js';
export type { NormBlock, SwitchedProgram, SwitchingBlock } from './switching/variables.js';
export { copyNode, inline, trace, type TraceOptions } from './trace.js';
export type { TracedObjective } from './traced-objective.js';
export type * from './frozen/frozen-function.js';
export { frozenProgram } from './frozen/frozen-traced.js';
export type { KinkKind } from './frozen/kink-blocks.js';
export { originOfGradient, programOfGradient, rememberProgram } from './frozen/traced-gradients.js';
