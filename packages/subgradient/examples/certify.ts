// relu(x) − relu(−x) is x, so its derivative is 1; backward mode with relu′(0) = 0 answers 0.
import { gather, neg, relu, square, sub, sum, type Tracer } from '@nonsmooth/autodiff';
import { certify, clarkeSubdifferential, verify, type Certificate } from '@nonsmooth/subgradient';

const f = (x: Tracer) => sub(relu(sum(x)), relu(neg(sum(x))));

const answer = certify(f, [0]);
console.log(answer.gradient[0], answer.verdict); // 0 none

const right = certify(f, [0], { gradient: [1] });
console.log(right.verdict, right.memberships); // frechet, all four 'in'

// Certificates are plain data: anyone can check them against the function.
const received = JSON.parse(JSON.stringify(right.certificate)) as Certificate;
console.log(verify(received, f)); // true, or an error that says what does not hold

console.log(clarkeSubdifferential(f, [0]).generators); // [ Float64Array [ 1 ] ]

// If it cannot be decided, the answer is 'undecided': the two kinks of relu(y) − relu(y − x²) are tangent.
const at = (v: Tracer, i: number) => sum(gather(v, [i]));
const g = (v: Tracer) => sub(relu(at(v, 1)), relu(sub(at(v, 1), square(at(v, 0)))));
const touching = certify(g, [0, 0], { gradient: [0, 1] });
const reasons = touching.reasons.map(({ text }) => text);
console.log(touching.memberships.frechet, touching.memberships.limiting, reasons);
// out undecided [ 'dependent kinks 1: curvature is not excluded' ]
