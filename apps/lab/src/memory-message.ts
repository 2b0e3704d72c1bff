/** Whether what was thrown, or said by a worker thread, is that memory does not suffice. */
export function isOutOfMemory(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ERR_MEMORY_ALLOCATION_FAILED') return true;
  const said = typeof error === 'string' ? error : message;
  return typeof said === 'string' && signs.test(said);
}

const signs =
  /out of memory|memory limit|allocation failed|Invalid (typed array|array buffer) length|Unable to grow|could not (be )?allocate|bad_alloc|kernel memory|ENOMEM/i;

/** What to do then: threads die at a limit of their own, allocations fail at that of the machine. */
export function memoryMessage(said: string, goOn: string = '--resume'): string {
  const cure = /memory limit|heap out of memory/i.test(said)
    ? 'with a larger --heap'
    : 'with fewer --workers or on a larger machine';
  return `out of memory: what was written is whole; go on with ${goOn}, ${cure}`;
}
