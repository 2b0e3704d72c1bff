import { signal } from '@preact/signals';

/** How many pieces of the page wait for their turn. */
export const waiting = signal(0);

const pieces: (() => void)[] = [];
let isRunning = false;

/** Does a piece of work in a frame of its own, after those that were asked for before: the page answers in between. */
export function inTurn(piece: () => void): void {
  pieces.push(piece);
  waiting.value = pieces.length;
  if (isRunning) return;
  isRunning = true;
  void pause.then(() => onNextFrame(next));
}

let pause: Promise<void> = Promise.resolve();

/** Lets pieces wait that are asked for from now on. */
export function pauseTurns(until: Promise<void>): void {
  pause = until;
}

function next(): void {
  pieces.shift()?.();
  waiting.value = pieces.length;
  isRunning = pieces.length > 0;
  if (isRunning) onNextFrame(next);
}

/** Does a piece of work when no other waits, nor has been asked for within two frames. */
export function afterTurns(piece: () => void): void {
  onNextFrame(() =>
    onNextFrame(() => {
      if (waiting.peek() === 0) piece();
      else afterTurns(piece);
    }),
  );
}

/** Pages that are not seen have no frames, but shall be complete when they are. */
function onNextFrame(work: () => void): void {
  const once = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    work();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 250);
}

/** Milliseconds of a frame that drawing may take: what is left over waits for the next one. */
const budget = 10;
const drawings = new Set<() => void>();

/** Draws soon; a drawing that is asked for again while it waits keeps its place. */
export function drawSoon(drawing: () => void): void {
  drawings.add(drawing);
  if (drawings.size === 1) requestAnimationFrame(drawSome);
}

/** What was to be drawn is gone. */
export function drawNoMore(drawing: () => void): void {
  drawings.delete(drawing);
}

function drawSome(): void {
  const end = performance.now() + budget;
  for (const drawing of drawings) {
    drawings.delete(drawing);
    drawing();
    if (performance.now() >= end) break;
  }
  if (drawings.size > 0) requestAnimationFrame(drawSome);
}
