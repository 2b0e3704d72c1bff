import { canvasPen } from '../draw/canvas-pen.js';
import { svgOf } from '../draw/svg-pen.js';
import type { Theme } from '../draw/theme.js';
import type { ShownFigure } from '../view/figure.js';

/** A figure of the page as the text of an SVG file. */
export function svgOfFigure({ title, draw, size }: ShownFigure, theme: Theme): string {
  const { width, height } = size();
  return svgOf(width, height, title, theme.paper, (pen) => draw(pen, theme, width, height));
}

/** The figure as a PNG file with three pixels per unit. */
export function pngOfFigure({ draw, size }: ShownFigure, theme: Theme): Promise<Blob> {
  const { width, height } = size();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(3 * width);
  canvas.height = Math.round(3 * height);
  const context = canvas.getContext('2d')!;
  context.scale(3, 3);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  draw(canvasPen(context), theme, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
  });
}
