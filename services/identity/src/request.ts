import type { OutgoingHttpHeaders } from 'node:http';

/** What these endpoints read of a request, and write of an answer. */
export type Request = Readonly<{
  ip: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  query: Readonly<Record<string, string | undefined>>;
}>;
export type Reply = {
  header: (name: string, value: OutgoingHttpHeaders[string]) => Reply;
  status: (code: number) => Reply;
  send: (body: unknown) => unknown;
};

export const fromOf = ({ ip, headers }: Request): Readonly<{ address: string; agent: string }> => ({
  address: ip,
  agent: [headers['user-agent']].flat()[0] ?? '',
});
