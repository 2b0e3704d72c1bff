import { stretches, typeface, type Pen, type Stroke } from './pen.js';

/** A pen for a canvas; coordinates are CSS pixels. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  const path = (points: readonly number[], close: boolean): void => {
    context.beginPath();
    stretches(points, (stretch) => {
      context.moveTo(stretch[0]!, stretch[1]!);
      for (let i = 2; i < stretch.length; i += 2) context.lineTo(stretch[i]!, stretch[i + 1]!);
      if (close) context.closePath();
    });
  };
  const stroke = ({ colour, width = 1, dash = [], opacity = 1 }: Stroke): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.globalAlpha = opacity;
    context.setLineDash([...dash]);
    context.stroke();
    context.globalAlpha = 1;
  };
  context.lineJoin = 'round';
  return {
    line(points, style) {
      path(points, false);
      stroke(style);
    },
    area(points, colour, opacity = 1) {
      path(points, true);
      context.globalAlpha = opacity;
      context.fillStyle = colour;
      context.fill();
      context.globalAlpha = 1;
    },
    rect(x, y, width, height, colour, opacity = 1) {
      context.globalAlpha = opacity;
      context.fillStyle = colour;
      context.fillRect(x, y, width, height);
      context.globalAlpha = 1;
    },
    circle(x, y, radius, fill, outline) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (fill !== undefined) {
        context.fillStyle = fill;
        context.fill();
      }
      if (outline) stroke(outline);
    },
    text(x, y, words, { colour, size = 12, anchor = 'start', weight = 400, upright = false }) {
      context.save();
      context.translate(x, y);
      if (upright) context.rotate(-Math.PI / 2);
      context.font = `${weight} ${size}px ${typeface}`;
      context.textAlign = anchor === 'middle' ? 'center' : anchor;
      context.textBaseline = 'middle';
      context.fillStyle = colour;
      context.fillText(words, 0, 0);
      context.restore();
    },
    clip(x, y, width, height, draw) {
      context.save();
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      draw();
      context.restore();
    },
  };
}
