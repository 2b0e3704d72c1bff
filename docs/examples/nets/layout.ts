// θ is one flat vector; the layout names its parts
import { network } from '@nonsmooth/nets';

const net = network([2, 3, 1], { activation: 'relu' });
for (const { name, offset, shape } of net.layout) console.log(name, offset, shape);
console.log(net.dimension); // 2·3 + 3 + 3·1 + 1

// prints
// W1 0 [ 3, 2 ]
// b1 6 [ 3 ]
// W2 9 [ 1, 3 ]
// b2 12 [ 1 ]
// 13
