import * as library from './index.js';

/** Everything that the library does, once, as numbers that do not depend on where it runs. */
export function report(): Readonly<Record<string, unknown>> {
  const task = library.sampleTask((x) => Math.abs(x), 20, 1);
  const kinked = library.modelOf(task, 6, 'relu');
  const smooth = library.modelOf(task, 6, 'tanh');
  const start = library.startOf(kinked, 2);
  const trained = library.train(kinked, start, 300);
  const judged = library.judge(kinked, trained.theta);
  const { claim } = judged;
  const path = library.follow(kinked, start, 2);
  const saved = library.load(kinked, library.save(kinked, trained.theta));
  const swing = library.motion(library.harmonic, [1, 0.5], Math.SQRT2 * Math.PI);
  return {
    isTrained: trained.after < trained.before / 10,
    verdict: judged.verdict,
    isShown: library.holds(claim),
    isForgeryRefused: !library.holds(claim.replaceAll('"in"', '"out"')),
    theta: Array.from(trained.theta),
    pathLoss: path.loss,
    crossings: path.kinks,
    method: library.follow(smooth, library.startOf(smooth, 3), 1).method,
    isSaved: saved.every((x, i) => x === trained.theta[i]),
    returned: Math.abs(swing.end.y[0]! - 1) < 1e-8,
    slope: library.slopeOfSize(-2),
  };
}
