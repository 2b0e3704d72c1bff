import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { builtCommand } from './built.js';
import { ended, freePort, hasRedis, RedisServer } from './redis.js';

/** A command that runs. */
export interface Command {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly text: () => string;
  readonly end: Promise<number | null>;
}

/** The laboratory's command as processes of their own, with a server of queues and a folder for files. */
export class QueueCommands {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'nonsmooth-queue-'));
  private readonly children = new Set<ChildProcess>();
  private ownServer: RedisServer | undefined;
  private built: Awaited<ReturnType<typeof builtCommand>> | undefined;

  async open(): Promise<void> {
    this.built = await builtCommand();
    if (hasRedis) this.ownServer = await this.server('redis');
  }

  /** Of `open`. */
  get main(): string {
    return this.built!.main;
  }

  get redis(): RedisServer {
    return this.ownServer!;
  }

  /** Another server, whose files lie in a folder of this name. */
  async server(
    name: string,
    words: readonly string[] = [],
    password?: string,
  ): Promise<RedisServer> {
    mkdirSync(this.at(name));
    const server = new RedisServer(await freePort(), this.at(name), password, words);
    await server.start();
    return server;
  }

  async close(): Promise<void> {
    await this.killAll();
    await this.ownServer?.kill();
    this.built?.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.children].map((child) => ended(child, 'SIGKILL')));
    this.children.clear();
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.at(name), text);
    return this.at(name);
  }

  start(words: readonly string[], environment: Record<string, string> = {}): Command {
    const child = spawn(process.execPath, [this.main, ...words], {
      env: { ...process.env, ...environment },
    });
    this.children.add(child);
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += String(data)));
    child.stderr.on('data', (data: Buffer) => (text += String(data)));
    const end = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, text: () => text, end };
  }

  /** A worker process of one thread. */
  worker(
    url: string,
    words: readonly string[] = [],
    environment?: Record<string, string>,
  ): Command {
    return this.start(
      ['worker', '--queue', url, '--workers', '1', '--lost-after', '2', ...words],
      environment,
    );
  }

  /** Runs a study without a queue, into a folder of this name. */
  embedded(study: string, name: string): string {
    const folder = this.at(name);
    const { status, stderr } = spawnSync(
      process.execPath,
      [this.main, 'run', study, '--out', folder, '--quiet'],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return folder;
  }
}

/** Waits for it. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 6000) throw new Error(`never: ${what}`);
    await pause(25);
  }
}

/** Hashes of all files of a study's results by name, but of the list of machines. */
export function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.') && !name.endsWith('machines.jsonl'))
    .sort();
  const hashOf = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(files.map((name) => [name, hashOf(name)]));
}

/** The members that the list of machines names. */
export function membersRun(folder: string): ReadonlySet<number> {
  const lines = readFileSync(join(folder, 'machines.jsonl'), 'utf8').trim().split('\n');
  return new Set(lines.map((line) => (JSON.parse(line) as { member: number }).member));
}

/** A study of a descent in YAML. */
export function descent(members: number, steps: number, more = ''): string {
  return `
title: A descent by a queue
network: { widths: [1, 8, 1], activation: tanh }
inputs: { kind: uniform, count: 50, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: adam, learningRate: 0.005, steps: ${steps}, batch: 10, every: 1000 }
members: ${members}
${more}`;
}

/** The same study of points from a file, all of them at each step. */
export function descentOnFile(file: string, steps: number): string {
  return descent(1, steps)
    .replace(/inputs: .*/, `inputs: { kind: file, file: ${file} }`)
    .replace('batch: 10, ', '');
}
