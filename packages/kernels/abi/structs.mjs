// What host and kernels share of the memory: its structs, field by field. tools/write-structs.mjs makes the classes of
// assembly/ and the writers of src/wasm/ of it. f64 is a number, i32 a count, an index or a flag, u32 a key, usize an
// address in bytes; the name of a struct is the address of one.
//
// The host gives all fields before the first call, except those that are `kept` by the kernels alone, which begin
// as 0. What it reads or changes between calls is `watched`.

/** Where a panel's sums go: the first panel stores, later ones add, the last one multiplies by the loss's factor. */
const Accumulation = {
  fields: {
    numerator: 'f64',
    denominator: 'f64',
    first: 'i32',
    last: 'i32',
  },
  kept: ['numerator', 'denominator', 'first', 'last'],
};

/** A problem. */
const Network = {
  base: 'Accumulation',
  fields: {
    // of the activation: slope of leakyRelu, α of ELU
    parameter: 'f64',
    // what chooses A' at kinks
    kink: 'f64',
    lossParameter: 'f64',
    lossKink: 'f64',
    // Σ loss and, for relative losses, Σ y² so far
    lossSum: 'f64',
    targetSum: 'f64',
    // powers of two that the residuals and targets of relative losses are divided by before they are squared
    unit: 'f64',
    targetUnit: 'f64',
    activation: 'i32',
    loss: 'i32',
    depth: 'i32',
    inputWidth: 'i32',
    targetWidth: 'i32',
    dimension: 'i32',
    samples: 'i32',
    // largest number of samples in a panel
    capacity: 'i32',
    // the first sample of the panel at hand
    sample: 'i32',
    normalized: 'i32',
    // one Layer behind the other
    layers: 'usize',
    theta: 'usize',
    gradient: 'usize',
    // samples × inputWidth, row-major
    inputs: 'usize',
    // samples × targetWidth, row-major
    targets: 'usize',
    // of a batch: u32
    indices: 'usize',
    // mean and 1/√(variance + ε) of each input, f64
    means: 'usize',
    scales: 'usize',
    // panels: the inputs as they are given (or normalized), the targets, and two for cotangents
    inputPanel: 'usize',
    targetPanel: 'usize',
    delta: 'usize',
    nextDelta: 'usize',
    outputs: 'usize',
    // four columns of a weight matrix
    packed: 'usize',
    // d numbers in f64 where f32 are summed over many panels; 0 otherwise
    wide: 'usize',
    // the Spline, if that serves the problem; 0 otherwise
    spline: 'usize',
    // bytes from the given slopes of a neuron to those of the next one
    frozenStride: 'usize',
  },
  kept: ['numerator', 'denominator', 'first', 'last', 'lossSum', 'targetSum', 'sample'],
};

/** A layer of a problem. */
const Layer = {
  fields: {
    inputWidth: 'i32',
    width: 'i32',
    weights: 'usize',
    biases: 'usize',
    weightGradient: 'usize',
    biasGradient: 'usize',
    // panel that the layer acts on
    panel: 'usize',
    // panel of zᵏ, where the slopes A'(zᵏ) replace it
    affine: 'usize',
    // slopes of A on all samples, neuron by neuron, if they are given; 0 where zᵏ decides
    frozen: 'usize',
  },
};

/** A problem as a linear spline; arrays begin with what belongs to the leftmost segment or breakpoint. */
const Spline = {
  fields: {
    // Σ y²
    targetSum: 'f64',
    // A' of inactive neurons
    inactiveSlope: 'f64',
    // NEW, SORTED or EXTREME
    state: 'i32',
    // the data, by ascending inputs, and one more vector that may be read
    inputs: 'usize',
    targets: 'usize',
    // a key of each breakpoint: assembly/breakpoints.ts
    breakpoints: 'usize',
    // of each segment what the neurons before their breakpoints contribute to N
    later: 'usize',
    // of each neuron, in the order of breakpoints, what it contributes behind its own
    behind: 'usize',
    // Σ r x and Σ r of each segment, and of all segments up to it
    sums: 'usize',
    sumsUpTo: 'usize',
    // Σ A' r x and Σ A' r of each neuron, in the order of breakpoints
    neuronSums: 'usize',
  },
  kept: ['targetSum', 'state'],
};

/** What a descent loop remembers besides its network. */
const Descent = {
  fields: {
    // steps done
    steps: 'f64',
    momentum: 'f64',
    dampening: 'f64',
    weightDecay: 'f64',
    beta1: 'f64',
    // also the smoothing of rmsprop
    beta2: 'f64',
    epsilon: 'f64',
    learningRateDecay: 'f64',
    rule: 'i32',
    // nesterov, amsgrad or centered
    variant: 'i32',
    key0: 'u32',
    key1: 'u32',
    // 0: all samples
    batch: 'i32',
    // bytes of θ in whole vectors
    size: 'usize',
    theta: 'usize',
    gradient: 'usize',
    moments0: 'usize',
    moments1: 'usize',
    moments2: 'usize',
  },
  watched: ['steps'],
};

/** Second derivatives of a problem. */
const SecondOrder = {
  base: 'Accumulation',
  fields: {
    // sums that the host needs: Σ loss, Σ y², Σ r·R N
    lossSum: 'f64',
    targetSum: 'f64',
    alongResiduals: 'f64',
    net: 'Network',
    samples: 'i32',
    // one SecondOrderLayer behind the other
    layers: 'usize',
    // γ and β of the vector
    gamma: 'usize',
    beta: 'usize',
    // panels as wide as the widest layer
    tangent: 'usize',
    nextTangent: 'usize',
    scratch: 'usize',
    // for a shallow network: five sums per neuron; 0 otherwise
    moments: 'usize',
    // for its dense Hessian: rows of J, and d × d numbers
    features: 'usize',
    hessian: 'usize',
    // set by `prepare`: whether the sums of a relative loss lost nothing to overflow or underflow
    keepsDigits: 'i32',
  },
  kept: ['first', 'last', 'lossSum', 'targetSum', 'alongResiduals', 'keepsDigits'],
  watched: ['lossSum', 'targetSum', 'alongResiduals', 'samples', 'keepsDigits'],
};

/** A layer's part of second derivatives. */
const SecondOrderLayer = {
  fields: {
    // V and c: the vector's part of this layer
    weights: 'usize',
    biases: 'usize',
    // R of what the layer acts on; 0 for a first layer that acts on the data
    panelTangent: 'usize',
    // R zᵏ
    affineTangent: 'usize',
    // cotangent of zᵏ
    delta: 'usize',
    // cotangent of A(zᵏ) times A''(zᵏ); for the last layer what `lossTangent` needs
    bend: 'usize',
  },
};

/** Second derivatives of a linear spline. */
const SplineSecondOrder = {
  fields: {
    net: 'Network',
    // as θ: the vector, and the product
    vector: 'usize',
    product: 'usize',
    // Σ x² and Σ x of each segment; i32: where each segment ended for which they hold, at first 0
    moments: 'usize',
    ends: 'usize',
    // as those of Spline, of R N
    later: 'usize',
    behind: 'usize',
    sums: 'usize',
    sumsUpTo: 'usize',
    // d × d, or 0
    hessian: 'usize',
  },
};

/** The structs, each behind its base. */
export const structs = {
  Accumulation,
  Network,
  Layer,
  Spline,
  Descent,
  SecondOrder,
  SecondOrderLayer,
  SplineSecondOrder,
};
