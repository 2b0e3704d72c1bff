import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { canvasPen } from '../draw/canvas-pen.js';
import type { Pen } from '../draw/pen.js';
import type { Theme } from '../draw/theme.js';
import { theme } from '../state/store.js';
import { drawNoMore, drawSoon } from './in-turn.js';

/** Draws a figure of this size. */
export type Draw = (pen: Pen, theme: Theme, width: number, height: number) => void;

/** A figure on the page, for export. */
export interface ShownFigure {
  readonly title: string;
  readonly draw: Draw;
  readonly size: () => { readonly width: number; readonly height: number };
}

/** The figures on the page by name. */
export const figures = new Map<string, ShownFigure>();

/** What a pointer does on a figure, in its own units. */
export type OnPoint = (
  place: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  },
  phase: 'down' | 'move' | 'up',
) => void;

interface FigureProps {
  readonly name: string;
  readonly title: string;
  /** What a screen reader says of it. */
  readonly label: string;
  readonly draw: Draw;
  /** In units of the figure; without it the height of its place. */
  readonly height?: number;
  readonly onPoint?: OnPoint;
  /** What stands on top of the canvas, at places in units of the figure. */
  readonly children?: (size: { width: number; height: number; scale: number }) => ComponentChildren;
}

/** Units of figures are CSS pixels where text has its usual size, and grow with it. */
function scaleOfText(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

/** A canvas that is as sharp as the screen, drawn at most once per frame, and only near to what is seen. */
export function Figure({
  name,
  title,
  label,
  draw,
  height,
  onPoint,
  children,
}: FigureProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0, scale: 1 });
  const current = useRef(draw);
  const pressed = useRef(false);
  const isNear = useRef(false);
  current.current = draw;
  const { scale } = size.value;

  const redraw = useCallback(() => {
    const element = canvas.current;
    const { width, height: tall, scale: factor } = size.peek();
    if (!element || !isNear.current || width === 0 || tall === 0) return;
    const ratio = factor * Math.min(3, devicePixelRatio || 1);
    const [w, h] = [Math.round(width * ratio), Math.round(tall * ratio)];
    if (element.width !== w) element.width = w;
    if (element.height !== h) element.height = h;
    const context = element.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, tall);
    current.current(canvasPen(context), theme.peek(), width, tall);
  }, []);

  useLayoutEffect(() => {
    const element = canvas.current!;
    figures.set(name, {
      title,
      draw: (...all) => current.current(...all),
      size: () => size.peek(),
    });
    const observer = new ResizeObserver(() => {
      const factor = scaleOfText();
      const { clientWidth, clientHeight } = element;
      size.value = { width: clientWidth / factor, height: clientHeight / factor, scale: factor };
    });
    observer.observe(element);
    const seen = new IntersectionObserver(
      (entries) => {
        const before = isNear.current;
        isNear.current = entries.at(-1)!.isIntersecting;
        if (isNear.current && !before) drawSoon(redraw);
      },
      { rootMargin: '50%' },
    );
    seen.observe(element);
    const print = (): void => {
      isNear.current = true;
      redraw();
    };
    addEventListener('beforeprint', print);
    return () => {
      observer.disconnect();
      seen.disconnect();
      removeEventListener('beforeprint', print);
      drawNoMore(redraw);
      figures.delete(name);
    };
  }, [name]);

  // it is drawn anew whenever what it shows, its size or the colours have changed
  void [size.value, theme.value];
  useEffect(() => drawSoon(redraw));

  const point =
    (phase: 'down' | 'move' | 'up') =>
    (event: PointerEvent): void => {
      if (!onPoint) return;
      const element = canvas.current!;
      if (phase === 'down') {
        pressed.current = true;
        element.setPointerCapture(event.pointerId);
      }
      if (!pressed.current) return;
      if (phase === 'up') pressed.current = false;
      const { left, top } = element.getBoundingClientRect();
      const { width, height: tall, scale: factor } = size.peek();
      const [x, y] = [(event.clientX - left) / factor, (event.clientY - top) / factor];
      onPoint({ x, y, width, height: tall }, phase);
    };

  return (
    <div class="figure" style={height === undefined ? undefined : { height: `${height / 16}rem` }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        class={onPoint ? 'active' : undefined}
        onPointerDown={point('down')}
        onPointerMove={point('move')}
        onPointerUp={point('up')}
        onPointerCancel={point('up')}
      />
      {children && size.value.width > 0 ? children({ ...size.value, scale }) : null}
    </div>
  );
}
