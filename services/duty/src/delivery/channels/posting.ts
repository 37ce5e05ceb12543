import { NotSent, SEND_WITHIN_MS } from './channel.js';

/** Of an answer so much is read. */
const MOST_BYTES = 64_000;
/** Before a connection stood, nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Of 4xx those that may be answered otherwise later. */
const LATER = new Set([408, 425, 429]);

/**
 * One post to a gateway: exactly one, whatever comes of it.
 * @returns what was answered, as JSON where it is JSON; else the text
 * @throws NotSent with what is known of the message
 */
export async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<unknown> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual', // a message goes where the setting says, and nowhere else
      signal: AbortSignal.timeout(SEND_WITHIN_MS),
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    text = await beginningOf(answer);
  } catch (error) {
    throw unanswered(error);
  }
  const said = `answered ${answer.status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`;
  if (answer.ok) return parsed(text);
  if (answer.status >= 500 || LATER.has(answer.status))
    throw new NotSent('temporary', said, secondsOf(answer.headers.get('retry-after'), answer.headers.get('date')));
  throw new NotSent('refused', said);
}

function unanswered(error: unknown): NotSent {
  const { name, message, cause } = error as Error &
    Readonly<{ cause?: Readonly<{ code?: unknown; message?: string }> }>;
  const code = typeof cause?.code === 'string' ? cause.code : '';
  const words = name === 'TimeoutError' ? `no answer within ${SEND_WITHIN_MS / 1000} s` : (cause?.message ?? message);
  return new NotSent(NOT_CONNECTED.has(code) ? 'temporary' : 'in-doubt', `${words}${code === '' ? '' : ` (${code})`}`);
}

async function beginningOf(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part as Uint8Array);
    bytes += (part as Uint8Array).length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8').slice(0, MOST_BYTES);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `Retry-After`: seconds, or a time, which is read beside the sender's own `Date`: its clock is not ours. */
function secondsOf(written: string | null, date: string | null): number | null {
  if (written === null) return null;
  if (/^\d+$/.test(written.trim())) return Number(written);
  const [until, from] = [Date.parse(written), Date.parse(date ?? '')];
  return Number.isNaN(until) || Number.isNaN(from) ? null : Math.max(0, (until - from) / 1000);
}

/** A field of an answer, where it is an object. */
export const fieldOf = (answer: unknown, name: string): unknown =>
  typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>)[name] : undefined;
