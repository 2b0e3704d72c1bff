declare module 'svg-to-pdfkit' {
  /** Draws an SVG document onto the current page. */
  export default function draw(
    document: PDFKit.PDFDocument,
    svg: string,
    x: number,
    y: number,
    options: {
      width: number;
      height: number;
      assumePt: boolean;
      fontCallback: (family: string, isBold: boolean, isItalic: boolean) => string;
    },
  ): void;
}
