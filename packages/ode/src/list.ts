/** Whether a value has a length and so, it is hoped, components. */
export const isList = (value: unknown): value is ArrayLike<number> =>
  typeof value === 'object' &&
  value !== null &&
  'length' in value &&
  Number.isInteger(value.length) &&
  (value.length as number) >= 0;
