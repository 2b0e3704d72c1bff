// The gradient of a network’s risk at kinks, judged
import { certify, verify } from '@nonsmooth/subgradient';
import { empiricalRisk, network } from '@nonsmooth/nets';

const risk = empiricalRisk(network([1, 2, 1], { activation: 'relu' }), {
  inputs: [-1, 0, 1],
  targets: [1, 0, 1],
});
const theta = [1, -1, 0, 0, 1, 1, 0]; // |x|: both kinks lie on the sample 0
const answer = certify(risk.program, theta);
console.log(answer.verdict, answer.memberships);
console.log(verify(answer.certificate, risk.program));

// prints
// gradient { frechet: 'in', limiting: 'in', bouligand: 'in', clarke: 'in' }
// true
