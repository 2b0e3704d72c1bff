// A certificate is plain data: whoever has the function can check it, and tampering is found
import { abs, type Value } from '@nonsmooth/autodiff';
import { CertificateError, certify, verify } from '@nonsmooth/subgradient';

const f = (x: Value) => abs(x);
const { certificate } = certify(f, [0], { gradient: [0.5] });
const received = JSON.parse(JSON.stringify(certificate));
console.log(verify(received, f));

received.gradient[0] = 2;
try {
  verify(received, f);
} catch (error) {
  console.log(error instanceof CertificateError);
}

// prints
// true
// true
