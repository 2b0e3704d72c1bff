// Exchange arrays with NumPy and PyTorch
import { tensor } from '@nonsmooth/tensor';
import { readNpy, readSafetensors, writeNpy, writeSafetensors } from '@nonsmooth/tensor/formats';

const weights = tensor(
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  { dtype: 'f32' },
);
const npy = writeNpy(weights); // np.load reads these bytes
console.log(readNpy(npy).shape, readNpy(npy).dtype);

const file = writeSafetensors([['layers.0.weight', weights]]);
console.log([...readSafetensors(file).tensors.keys()]);

// prints
// [ 2, 3 ] f32
// [ 'layers.0.weight' ]
