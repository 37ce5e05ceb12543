import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readSettings } from '@fengsui/settings';
import { kafkaOf } from './client.js';

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
const SASL_AUTHENTICATION_FAILED = 58;

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (words: string): Buffer => Buffer.concat([int16(Buffer.byteLength(words)), Buffer.from(words)]);

/** As much of a broker as a client meets before it is signed on. */
class Doorkeeper {
  signOns = 0;
  private readonly server: Server;

  /** @param atSignOn the answer of the nth sign-on, or null to cut the connection */
  constructor(private readonly atSignOn: (nth: number) => Buffer | null) {
    this.server = createServer((socket) => this.serve(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
  }

  private serve(socket: Socket): void {
    let waiting = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const frame = waiting.subarray(4, 4 + waiting.readInt32BE(0));
        waiting = waiting.subarray(4 + frame.length);
        const answer = this.answer(frame.readInt16BE(0));
        if (answer === null) return void socket.destroy();
        const whole = Buffer.concat([frame.subarray(4, 8), answer]);
        socket.write(Buffer.concat([int32(whole.length), whole]));
      }
    });
  }

  private answer(kind: number): Buffer | null {
    if (kind === API_VERSIONS) {
      const kinds = [API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE];
      const versions = kinds.map((one) => Buffer.concat([int16(one), int16(0), int16(1)]));
      return Buffer.concat([int16(0), int32(kinds.length), ...versions, int32(0)]);
    }
    if (kind === SASL_HANDSHAKE) return Buffer.concat([int16(0), int32(1), text('PLAIN')]);
    this.signOns += 1;
    return this.atSignOn(this.signOns);
  }
}

describe('signing on to a broker', () => {
  let door: Doorkeeper | undefined;
  afterEach(() => door?.close());
  const connecting = async (atSignOn: (nth: number) => Buffer | null): Promise<Error> => {
    door = new Doorkeeper(atSignOn);
    const settings = readSettings({
      KAFKA_BROKERS: `127.0.0.1:${await door.listen()}`,
      KAFKA_SASL: 'plain',
      KAFKA_USERNAME: 'u',
      KAFKA_PASSWORD: 'p',
    });
    const admin = kafkaOf(settings, 'test', () => undefined).admin();
    const outcome = await admin.connect().then(
      () => new Error('signed on'),
      (error: Error) => error,
    );
    await admin.disconnect();
    return outcome;
  };
  const refused = Buffer.concat([
    int16(SASL_AUTHENTICATION_FAILED),
    text('Invalid username or password'),
    int32(-1),
    Buffer.alloc(8),
  ]);

  it('tries again when the connection is cut meanwhile: a broker that is starting does that', async () => {
    const outcome = await connecting((nth) => (nth < 3 ? null : refused));
    expect(door?.signOns).toBe(3);
    expect(outcome.message).toMatch(/Invalid username or password/); // the third met a broker that answers
  });

  it('does not try a password again that the broker refused', async () => {
    const outcome = await connecting(() => refused);
    expect(outcome.message).toMatch(/SASL PLAIN authentication failed.*Invalid username or password/);
    expect(door?.signOns).toBe(1);
  });
});
