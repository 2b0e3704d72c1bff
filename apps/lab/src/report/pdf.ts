import { createRequire } from 'node:module';
import type { Figure } from './figure.js';

/** The figure as a PDF of its size, with the letters that it uses; the same bytes for the same figure. */
export async function pdfOf({ svg, title }: Figure): Promise<Uint8Array> {
  // on demand: most commands draw nothing
  const [{ default: PDFDocument }, { default: draw }] = await Promise.all([
    import('pdfkit'),
    import('svg-to-pdfkit'),
  ]);
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
  const document = new PDFDocument({
    size: [width!, height!],
    margin: 0,
    info: { Title: title, CreationDate: new Date(0), ModDate: new Date(0) },
  });
  const fonts = createRequire(import.meta.url);
  document.registerFont('regular', fonts.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf'));
  document.registerFont('bold', fonts.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf'));
  const parts: Uint8Array[] = [];
  document.on('data', (part: Uint8Array) => void parts.push(part));
  const ended = new Promise((resolve) => document.on('end', resolve));
  draw(document, svg, 0, 0, {
    width: width!,
    height: height!,
    assumePt: true,
    fontCallback: (_family, isBold) => (isBold ? 'bold' : 'regular'),
  });
  document.end();
  await ended;
  return Buffer.concat(parts);
}
