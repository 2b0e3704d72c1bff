/** At most so many of the values, evenly taken from them. */
export function evenly<T>(values: readonly T[], most: number): readonly T[] {
  const every = Math.ceil(values.length / most);
  return every <= 1 ? values : values.filter((_, i) => i % every === 0);
}
