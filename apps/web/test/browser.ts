import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** The folder that the build writes. */
export const dist: string = join(import.meta.dirname, '../dist');

/** A Chromium on this machine, if there is one. */
export const browserPath: string | undefined = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The built page in a browser with a profile of its own. */
export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly address: string;
  /** What the console and uncaught errors said. */
  readonly complaints: string[];
  /** Bytes of what was asked for, compressed. */
  readonly transferred: () => number;
  close(): Promise<void>;
}

/** Serves a folder below `/below/this/`, or at the root, as any static host would, and opens a browser for it. */
export async function openPage(
  folder: string = dist,
  below: string = '/below/this',
  { width = 1280, height = 900, hasTouch = false } = {},
): Promise<OpenedPage> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`${folder} was not built`);
  }
  let bytes = 0;
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/[?#].*$/, '');
    const place = path.startsWith(below) ? path.slice(below.length) : path;
    const file = join(folder, place.endsWith('/') || place === '' ? `${place}index.html` : place);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const body = gzipSync(readFileSync(file));
    bytes += body.length;
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-encoding': 'gzip',
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'kink-lab-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath!,
    headless: true,
    viewport: { width, height },
    hasTouch,
    acceptDownloads: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const { port } = server.address() as AddressInfo;
  return {
    page,
    context,
    address: `http://127.0.0.1:${port}${below}/`,
    complaints,
    transferred: () => bytes,
    async close() {
      await context.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Goes to a state of the page and waits until all that it computes is there. */
export async function show({ page, address }: OpenedPage, state: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${address}#${state}`);
  await settled(page);
}

/** Waits until nothing is being computed. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('[data-state="ready"]', { timeout: 30_000 });
}
