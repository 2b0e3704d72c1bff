/** A signal that aborts when the user interrupts the command. */
export interface Interruption {
  /** Aborts at SIGINT, at SIGTERM, and when stdout or stderr are read no more, as by `| head -1`. */
  readonly signal: AbortSignal;
  /** Leaves signals to the system again; what nobody reads is still dropped in silence. */
  readonly release: () => void;
}

/** Listens for interruptions until `release` is called. */
export function interruption(): Interruption {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    abort();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
  process.on('SIGINT', abort).on('SIGTERM', abort);
  return {
    signal: controller.signal,
    release: () => void process.off('SIGINT', abort).off('SIGTERM', abort),
  };
}
