export { FormatError } from './format-error.js';
export { readIdx } from './idx.js';
export { readNpy, writeNpy } from './npy.js';
export { readNpz, writeNpz, type ReadNpzOptions } from './npz.js';
export { readSafetensors, writeSafetensors, type Safetensors } from './safetensors.js';
