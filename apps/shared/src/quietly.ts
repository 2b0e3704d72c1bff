/** TensorFlow.js greets on the console, where only results should be. */
export async function quietly<Result>(work: () => Promise<Result>): Promise<Result> {
  const { log, warn, info } = console;
  const silence = (): void => {};
  Object.assign(console, { log: silence, warn: silence, info: silence });
  try {
    return await work();
  } finally {
    Object.assign(console, { log, warn, info });
  }
}
