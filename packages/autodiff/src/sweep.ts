import { largest } from '@nonsmooth/core';
import { activityContext } from './activity.js';
import { Tracer } from './builder.js';
import type { Builder } from './builder.js';
import type { Value } from './emit.js';
import { add } from './ops/arithmetic.js';
import { fit } from './fit.js';
import type { Node } from './program.js';
import type { KinkChoice } from './rules/context.js';
import { cotangents } from './rules/reverse.js';
import { tangent } from './rules/tangent.js';

/**
 * Reverse mode within a trace: the cotangents of `wrt` for these cotangents of `outputs`, undefined where an
 * output does not depend on it.
 */
export function reverseSweep(
  builder: Builder,
  outputs: readonly Tracer[],
  seeds: readonly Value[],
  wrt: readonly Tracer[],
  choice: KinkChoice,
): (Value | undefined)[] {
  const length = 1 + largest([...outputs, ...wrt].map(({ node }) => node));
  const nodes = builder.nodes.slice(0, length);
  const depends = dependents(nodes, wrt);
  const context = activityContext(builder, nodes, depends, outputs, choice);
  const arrived: (Value | undefined)[] = new Array<undefined>(length).fill(undefined);
  const arrive = (at: number, c: Value): void => {
    const fitted = fit(c, nodes[at]!.shape);
    arrived[at] = arrived[at] === undefined ? fitted : add(arrived[at], fitted);
  };
  outputs.forEach(({ node }, i) => arrive(node, seeds[i]!));
  const leaves = new Set(wrt.map(({ node }) => node));
  for (let index = length - 1; index >= 0; index--) {
    const c = arrived[index];
    const node = nodes[index]!;
    if (c === undefined || !depends[index] || leaves.has(index)) continue;
    const x = node.inputs.map((input) => new Tracer(builder, input));
    const flows = cotangents({ node, index, x, y: new Tracer(builder, index), c }, context);
    flows.forEach((flow, i) => {
      const input = node.inputs[i]!;
      if (flow !== undefined && depends[input]) arrive(input, flow());
    });
  }
  return wrt.map(({ node }) => arrived[node]);
}

/** Forward mode within a trace: the tangents of `outputs` for these tangents of `wrt`. */
export function forwardSweep(
  builder: Builder,
  outputs: readonly Tracer[],
  wrt: readonly Tracer[],
  seeds: readonly Value[],
  choice: KinkChoice,
): (Value | undefined)[] {
  const length = 1 + largest([...outputs, ...wrt].map(({ node }) => node));
  const nodes = builder.nodes.slice(0, length);
  const depends = dependents(nodes, wrt);
  const context = activityContext(builder, nodes, depends, outputs, choice);
  const moved: (Value | undefined)[] = new Array<undefined>(length).fill(undefined);
  wrt.forEach(({ node }, i) => {
    moved[node] = fit(seeds[i]!, nodes[node]!.shape);
  });
  const wanted = ancestors(nodes, outputs);
  nodes.forEach((node, index) => {
    if (!depends[index] || !wanted[index] || moved[index] !== undefined) return;
    const dx = node.inputs.map((input) => moved[input]);
    if (dx.every((entry) => entry === undefined)) return;
    const x = node.inputs.map((input) => new Tracer(builder, input));
    const y = new Tracer(builder, index);
    const dy = tangent({ node, index, x, y, dx }, context);
    moved[index] = dy && fit(dy, node.shape);
  });
  return outputs.map(({ node }) => moved[node]);
}

/** Which nodes depend on one of `wrt`. */
function dependents(nodes: readonly Node[], wrt: readonly Tracer[]): boolean[] {
  const result = new Array<boolean>(nodes.length).fill(false);
  for (const { node } of wrt) result[node] = true;
  nodes.forEach(({ inputs }, i) => {
    if (inputs.some((input) => result[input])) result[i] = true;
  });
  return result;
}

/** Which nodes one of `outputs` depends on. */
function ancestors(nodes: readonly Node[], outputs: readonly Tracer[]): boolean[] {
  const result = new Array<boolean>(nodes.length).fill(false);
  for (const { node } of outputs) result[node] = true;
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (result[i]) for (const input of nodes[i]!.inputs) result[input] = true;
  }
  return result;
}
