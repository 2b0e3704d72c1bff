/**
 * However a worker ends, by a lack of memory too, the locks that it holds are released: whoever waits for one hears of
 * it. Pages that are not served from localhost or by https have no locks; there a worker that ended is noticed by time.
 */
const locks: LockManager | undefined = navigator.locks;

/** A name for a lock that no other worker has. */
export function lifeName(): string {
  return `kink-lab-${performance.timeOrigin}-${Math.random()}`;
}

const held = new Set<string>();

/** In a worker: holds the lock as long as the worker lives, and calls back when it does. */
export function holdForLife(name: string, holds: () => void): void {
  if (held.has(name)) return;
  held.add(name);
  void locks?.request(name, () => {
    holds();
    return new Promise(() => undefined);
  });
}

/** On the page: calls back when the worker that holds the lock has ended. Returns how to listen no more. */
export function whenEnded(name: string, ended: () => void): () => void {
  const stop = new AbortController();
  locks?.request(name, { signal: stop.signal }, ended).catch(() => undefined);
  return () => stop.abort();
}
