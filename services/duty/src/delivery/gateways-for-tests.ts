import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** One post that came in. */
export type Post = Readonly<{
  key: string;
  path: string;
  headers: IncomingMessage['headers'];
  raw: string;
  body: Readonly<Record<string, unknown>>;
}>;
/** What a gateway answers to a post. `hang`: it takes it and never answers. `cut`: it takes it and goes away. */
export type Answer = 'hang' | 'cut' | Readonly<{ status?: number; headers?: Record<string, string>; body?: string }>;

/** A real SMTP server and a real HTTP server on this machine, which do what a test says. */
export class Gateways {
  readonly mails: string[] = [];
  readonly posts: Post[] = [];
  /** The answer to the nth post, 1 for the first. */
  answer: (nth: number, post: Post) => Answer = () => ({});
  /** The SMTP code of the nth mail; null: it is taken. */
  mailCode: (nth: number) => number | null = () => null;
  private mailsOffered = 0;
  private readonly smtp: SMTPServer;
  private readonly http: Server;
  private readonly sockets = new Set<Socket>();

  constructor() {
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          this.mailsOffered += 1;
          const code = this.mailCode(this.mailsOffered);
          if (code !== null) return done(Object.assign(new Error('not now'), { responseCode: code }));
          this.mails.push(text);
          done();
        });
      },
    });
    this.smtp.on('error', () => undefined);
    this.http = createServer((request, response) => this.take(request, response));
    this.http.on('connection', (socket) => void this.sockets.add(socket));
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.smtp.listen(0, '127.0.0.1', () => resolve()));
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', () => resolve()));
  }

  get smtpUrl(): string {
    return `smtp://127.0.0.1:${(this.smtp.server.address() as AddressInfo).port}`;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}${path}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
    await new Promise<void>((resolve) => this.smtp.close(() => resolve()));
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    let raw = '';
    request.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    request.on('end', () => {
      const key = decodeURIComponent(String(request.headers['idempotency-key'] ?? ''));
      const body = JSON.parse(raw) as Post['body'];
      const post = { key, path: request.url ?? '', headers: request.headers, raw, body };
      this.posts.push(post);
      const answer = this.answer(this.posts.length, post);
      if (answer === 'hang') return;
      if (answer === 'cut') return void request.socket.destroy();
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '{}');
    });
  }
}
