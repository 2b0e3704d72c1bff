import { stretches, typeface, type Pen, type Stroke } from './pen.js';

const round = (x: number): string => String(Math.round(x * 100) / 100);
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The SVG document of what `draw` draws. */
export function svgOf(
  width: number,
  height: number,
  title: string,
  background: string,
  draw: (pen: Pen) => void,
): string {
  return svgDocument(width, height, title, background, svgFragment(draw));
}

/** An SVG document with a body. */
export function svgDocument(
  width: number,
  height: number,
  title: string,
  background: string,
  body: string,
): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeText(typeface)}">` +
    `<title>${escapeText(title)}</title><rect width="100%" height="100%" fill="${background}"/>${body}</svg>\n`
  );
}

/** The elements of what `draw` draws. */
export function svgFragment(draw: (pen: Pen) => void): string {
  const body: string[] = [];
  let clips = 0;
  const pathOf = (points: readonly number[], end: string): string => {
    let path = '';
    stretches(points, (stretch) => {
      for (let i = 0; i < stretch.length; i += 2) {
        path += `${i === 0 ? 'M' : 'L'}${round(stretch[i]!)} ${round(stretch[i + 1]!)}`;
      }
      path += end;
    });
    return path;
  };
  const strokeOf = ({ colour, width: thickness = 1, dash = [], opacity = 1 }: Stroke): string =>
    `stroke="${colour}" stroke-width="${thickness}"` +
    (dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '') +
    (opacity < 1 ? ` stroke-opacity="${opacity}"` : '');
  const fillOf = (colour: string, opacity: number): string =>
    `fill="${colour}"${opacity < 1 ? ` fill-opacity="${round(opacity)}"` : ''}`;
  draw({
    line: (points, stroke) =>
      void body.push(
        `<path d="${pathOf(points, '')}" fill="none" stroke-linejoin="round" ${strokeOf(stroke)}/>`,
      ),
    area: (points, colour, opacity = 1) =>
      void body.push(`<path d="${pathOf(points, 'Z')}" ${fillOf(colour, opacity)}/>`),
    rect: (x, y, w, h, colour, opacity = 1) =>
      void body.push(
        `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" ${fillOf(colour, opacity)}/>`,
      ),
    circle: (x, y, radius, fill, stroke) =>
      void body.push(
        `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill ?? 'none'}"${stroke ? ` ${strokeOf(stroke)}` : ''}/>`,
      ),
    text: (x, y, words, { colour, size = 12, anchor = 'start', weight = 400, upright = false }) =>
      void body.push(
        `<text transform="translate(${round(x)} ${round(y)})${upright ? ' rotate(-90)' : ''}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" dominant-baseline="central" fill="${colour}">${escapeText(words)}</text>`,
      ),
    clip(x, y, w, h, inside) {
      const name = `clip${clips++}`;
      body.push(
        `<clipPath id="${name}"><rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"/></clipPath><g clip-path="url(#${name})">`,
      );
      inside();
      body.push('</g>');
    },
  });
  return body.join('');
}
