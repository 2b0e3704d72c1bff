// Where a value first is not finite
import { log, objective, sub, sum } from '@nonsmooth/autodiff';

const f = objective((x) => sum(log(sub(x, 1))), 2, { debugNonFinite: true });
try {
  f.value(Float64Array.of(2, 1));
} catch (error) {
  console.log(String(error));
}

// prints
// NonFiniteStepError: entry 1 of %3 = log(%2) : 2 is -Infinity: the first value that is not finite; its inputs are
//   %2 = sub(%0, %1) : 2 = [1, 0]
