import { escaped } from './figure.js';

/** A table of HTML that scrolls where the page is too narrow; `name` is its class. */
export function table(
  name: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (tag: string, cells: readonly (string | number)[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table class="${name}"><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table></div>`;
}
