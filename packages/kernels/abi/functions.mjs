// The entry points of the kernels, each for every dtype T. `from` is the module of assembly/ with the generic function
// of the same name. Types are those of structs.mjs and `bool`; without a result the function returns nothing.

const counted = { count: 'i32' };
const matrix = { rows: 'i32', width: 'i32' };

/** The entry points in the order of the exports. */
export const functions = {
  risk: {
    from: 'dense-network',
    parameters: { network: 'Network', ...counted, indices: 'usize', withGradient: 'bool' },
    result: 'f64',
  },
  realize: {
    from: 'dense-network',
    parameters: { network: 'Network', rows: 'usize', out: 'usize', ...counted },
  },
  descend: {
    from: 'descent',
    parameters: { network: 'Network', state: 'Descent', steps: 'i32', learningRate: 'f64' },
    result: 'f64',
  },
  prepare: { from: 'hessian-vector', parameters: { state: 'SecondOrder' } },
  hessianVector: { from: 'hessian-vector', parameters: { state: 'SecondOrder' } },
  shallowHessian: { from: 'shallow-hessian', parameters: { state: 'SecondOrder' } },
  prepareSpline: {
    from: 'spline-hessian-vector',
    parameters: { state: 'SplineSecondOrder' },
    result: 'bool',
  },
  splineHessianVector: {
    from: 'spline-hessian-vector',
    parameters: { state: 'SplineSecondOrder' },
  },
  splineHessian: { from: 'spline-hessian', parameters: { state: 'SplineSecondOrder' } },
  matmul: {
    from: 'matmul',
    parameters: {
      a: 'usize',
      b: 'usize',
      out: 'usize',
      m: 'i32',
      k: 'i32',
      n: 'i32',
      transposeA: 'bool',
      transposeB: 'bool',
      add: 'bool',
      scratch: 'usize',
    },
  },
  unary: {
    from: 'elementwise',
    parameters: { f: 'i32', x: 'usize', out: 'usize', ...counted },
  },
  binary: {
    from: 'elementwise',
    parameters: { f: 'i32', x: 'usize', y: 'usize', yStep: 'usize', out: 'usize', ...counted },
  },
  addMultiple: {
    from: 'elementwise',
    parameters: { factor: 'f64', x: 'usize', y: 'usize', ...counted },
  },
  activation: {
    from: 'elementwise',
    parameters: {
      name: 'i32',
      parameter: 'f64',
      kink: 'f64',
      x: 'usize',
      value: 'usize',
      slope: 'usize',
      ...counted,
    },
  },
  sum: { from: 'reductions', parameters: { x: 'usize', ...counted }, result: 'f64' },
  dot: { from: 'reductions', parameters: { x: 'usize', y: 'usize', ...counted }, result: 'f64' },
  largest: { from: 'reductions', parameters: { x: 'usize', ...counted }, result: 'f64' },
  sumRows: { from: 'reductions', parameters: { x: 'usize', out: 'usize', ...matrix } },
  sumColumns: { from: 'reductions', parameters: { x: 'usize', out: 'usize', ...matrix } },
  repeatRow: { from: 'reductions', parameters: { row: 'usize', out: 'usize', ...matrix } },
};
