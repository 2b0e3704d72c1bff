import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A server of queues that is installed here, by the name of its program. */
export function queueServer(): string | undefined {
  return ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
}

/** When a member began and ended, in milliseconds, and the hash of its last parameters. */
export interface MemberTimes {
  readonly began: number;
  readonly ended: number;
}

/** The laboratory's command with a server of queues and worker processes of their own. */
export class QueueMachines {
  private readonly folder = mkdtempSync(join(tmpdir(), 'nonsmooth-bench-queue-'));
  private readonly main = createRequire(import.meta.url).resolve('@nonsmooth/lab/dist/main.js');
  private readonly children: ChildProcess[] = [];
  private port = 0;
  private runs = 0;

  async start(): Promise<void> {
    this.port = await freePort();
    const options = ['--bind', '127.0.0.1', '--port', String(this.port), '--save', ''];
    this.children.push(
      spawn(queueServer()!, [...options, '--dir', this.folder], { stdio: 'ignore' }),
    );
  }

  /** Starts worker processes of one thread each, for a database of their own, and waits until they work. */
  async workers(database: number, count: number): Promise<void> {
    const words = ['worker', '--queue', this.address(database), '--workers', '1'];
    await Promise.all(
      Array.from({ length: count }, async () => {
        const child = spawn(process.execPath, [this.main, ...words], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        this.children.push(child);
        let text = '';
        child.stdout.on('data', (data: Buffer) => (text += String(data)));
        while (!text.includes(' works for ')) {
          if (child.exitCode !== null) throw new Error(`a worker ended: ${text}`);
          await pause(20);
        }
      }),
    );
  }

  /** Runs a study embedded on one worker thread, or by the workers of a database; returns its folder of results. */
  run(study: string, database?: number): string {
    const file = join(this.folder, 'study.yaml');
    const out = join(this.folder, `run-${this.runs++}`);
    writeFileSync(file, study);
    const how = database === undefined ? ['--workers', '1'] : ['--queue', this.address(database)];
    execFileSync(process.execPath, [this.main, 'run', file, ...how, '--out', out, '--quiet'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return out;
  }

  stop(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private address(database: number): string {
    return `redis://127.0.0.1:${this.port}/${database}`;
  }
}

/** The times of all members of a study that a queue has run. */
export function timesIn(folder: string): readonly MemberTimes[] {
  const lines = readFileSync(join(folder, 'machines.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as MemberTimes);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
