import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const program = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Whether this machine has a server of queues. */
export const hasRedis: boolean = program !== undefined;

/** A server on a port of its own, with an append-only file: what it was told survives its death. */
export class RedisServer {
  readonly port: number;
  private readonly folder: string;
  private readonly password: string | undefined;
  private readonly words: readonly string[];
  private child: ChildProcess | undefined;

  /** `words` are further options; those of TLS make the port one of TLS. */
  constructor(port: number, folder: string, password?: string, words: readonly string[] = []) {
    this.port = port;
    this.folder = folder;
    this.password = password;
    this.words = words;
  }

  private get hasTls(): boolean {
    return this.words.includes('--tls-cert-file');
  }

  get url(): string {
    return `${this.hasTls ? 'rediss' : 'redis'}://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const port = String(this.port);
    const ports = this.hasTls ? ['--port', '0', '--tls-port', port] : ['--port', port];
    const options = ['--bind', '127.0.0.1', ...ports, '--dir', this.folder];
    const kept = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
    const secret = this.password === undefined ? [] : ['--requirepass', this.password];
    this.child = spawn(program!, [...options, ...kept, ...secret, ...this.words], {
      stdio: 'ignore',
    });
    for (let tries = 0; !(await answers(this.port, this.hasTls)); tries++) {
      if (tries > 300) throw new Error(`${program} does not start`);
      await pause(50);
    }
  }

  /** Ends it as a failure of its machine would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    await ended(child, 'SIGKILL');
  }
}

/** Kills a process and waits for its end. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await end;
}

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether the server talks; with TLS, whether it listens. */
async function answers(port: number, hasTls: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    const socket = connect(port, '127.0.0.1', () => {
      if (hasTls) end(true);
      else socket.write('PING\r\n');
    });
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** A bad network between two ends: it delays, keeps silent and cuts. */
export class Proxy {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private isSilent = false;
  delayMilliseconds = 0;
  port = 0;
  private readonly target: number;

  constructor(target: number) {
    this.target = target;
  }

  async start(): Promise<void> {
    this.server = createServer((near) => {
      if (this.isCut) return void near.destroy();
      const far = connect(this.target, '127.0.0.1');
      const pass = (from: Socket, to: Socket): void => {
        this.sockets.add(from);
        from.on('data', (data) => {
          const delay = this.delayMilliseconds;
          from.pause();
          setTimeout(() => {
            if (!to.destroyed) to.write(data);
            if (!this.isSilent) from.resume();
          }, delay);
        });
        from.on('error', () => {});
        from.on('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
      };
      pass(near, far);
      pass(far, near);
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Takes data and passes nothing on. */
  keepSilent(isSilent: boolean): void {
    this.isSilent = isSilent;
    for (const socket of this.sockets) {
      if (isSilent) socket.pause();
      else socket.resume();
    }
  }

  /** Ends all connections and accepts none. */
  cut(isCut: boolean): void {
    this.isCut = isCut;
    if (isCut) for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut(true);
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
