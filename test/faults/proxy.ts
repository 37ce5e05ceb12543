import { createServer, connect, type Server, type Socket } from 'node:net';

/** How a cut shows: connections are refused, or they stand and nothing goes through. */
export type Cut = 'refuse' | 'silence';

/** A network that a test can cut: everything that goes to its port goes on to another, until it does not. */
export class Proxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private waiting: Socket[] = [];
  private state: 'open' | Cut = 'open';

  private constructor(
    private readonly server: Server,
    private target: number,
    readonly port: number,
  ) {
    server.on('connection', (socket) => this.accept(socket));
  }

  static async to(target: number): Promise<Proxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Proxy(server, target, (server.address() as { port: number }).port);
  }

  /** What it goes on to may come back at another port. */
  aim(target: number): void {
    this.target = target;
  }

  cut(how: Cut): void {
    this.state = how;
    for (const socket of [...this.pairs].flat()) {
      if (how === 'refuse') socket.destroy();
      else socket.pause();
    }
  }

  heal(): void {
    this.state = 'open';
    for (const socket of [...this.pairs].flat()) socket.resume();
    for (const socket of this.waiting.splice(0)) this.join(socket);
  }

  async close(): Promise<void> {
    this.cut('refuse');
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.state === 'refuse') socket.destroy();
    else if (this.state === 'silence') this.waiting.push(socket.pause());
    else this.join(socket);
  }

  private join(socket: Socket): void {
    const far = connect(this.target, '127.0.0.1');
    const pair = [socket, far] as const;
    this.pairs.add(pair);
    for (const [one, other] of [pair, [far, socket] as const]) {
      one.setNoDelay(true);
      one.on('error', () => one.destroy());
      one.once('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
