import { ArgumentError, requireNumber, requireNumbers } from '@nonsmooth/core';
import { isList } from './list.js';

/**
 * A copy of the times at which to save, checked: from t0 to t1, in the order in which they are passed; a time may come
 * more than once.
 * @throws ArgumentError naming the first time that is not so.
 */
export function checkedSaveAt(saveAt: ArrayLike<number>, t0: number, t1: number): Float64Array {
  if (!isList(saveAt)) throw new ArgumentError('saveAt', saveAt, 'a list of times');
  requireNumbers('saveAt', saveAt);
  requireNumber('t0', t0);
  requireNumber('t1', t1);
  const direction = Math.sign(t1 - t0);
  const times = Float64Array.from(saveAt);
  times.forEach((time, i) => {
    const after = i === 0 ? t0 : times[i - 1]!;
    if (!(direction * (time - after) >= 0 && direction * (time - t1) <= 0)) {
      throw new ArgumentError(`saveAt[${i}]`, time, `times from ${t0} to ${t1}, in order`);
    }
  });
  return times;
}
