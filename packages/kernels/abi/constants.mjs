// Numbers that host and kernels must agree on; tools/write-abi.mjs writes them for both sides.

/** The constants: value, type in assembly/, and what they say. */
export const constants = {
  firstFreeAddress: {
    value: 65536,
    type: 'usize',
    says: 'First address that is free for data: the constants of the module lie below.',
  },
  tablesAddress: {
    value: 8192,
    type: 'usize',
    says: 'Where the rows of the tables of elementary functions begin: other constants of the module lie below.',
  },
  panelsPerGroup: {
    value: 8,
    type: 'i32',
    says: 'Panels whose f32 gradients are added in f32, before their sum is added in f64.',
  },
  momentsPerNeuron: {
    value: 5,
    type: 'usize',
    says: 'Sums that second derivatives of a shallow network keep of each neuron.',
  },
  matmulBlock: {
    value: 64,
    type: 'usize',
    says: 'Columns of a product that are made at a time.',
  },
  keyBytes: {
    value: 8,
    type: 'usize',
    says: 'Bytes of a breakpoint: the first sample behind it, and its neuron.',
  },
  pairBytes: {
    value: 16,
    type: 'usize',
    says: 'Bytes of a pair of numbers of a linear spline, which are f64 in both dtypes.',
  },
};
