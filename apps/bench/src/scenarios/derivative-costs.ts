/** What Hessians and their products with vectors cost, in gradients. */
export interface DerivativeCosts {
  readonly hessian: number;
  readonly product: number;
}

/** Calls of the gradient and of its derivatives, to be timed. */
export interface Derivatives {
  readonly gradient: () => void;
  readonly hessian: () => void;
  readonly product: () => void;
}

const seconds = 0.15;

/** Measured by the fastest of many calls, in turn, so that what disturbs one disturbs all. */
export function measureCosts({ gradient, hessian, product }: Derivatives): DerivativeCosts {
  const candidates = [
    { call: gradient, repeats: 10 },
    { call: hessian, repeats: 2 },
    { call: product, repeats: 10 },
  ];
  const best = candidates.map(() => Infinity);
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    candidates.forEach(({ call, repeats }, k) => {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) call();
      best[k] = Math.min(best[k]!, (performance.now() - start) / repeats);
    });
  }
  return { hessian: best[1]! / best[0]!, product: best[2]! / best[0]! };
}
