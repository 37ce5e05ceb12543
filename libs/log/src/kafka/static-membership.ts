// @ts-expect-error the client's own description of the protocol, which has no types
import protocol from 'kafkajs/src/protocol/requests/index.js';

type Payload = Readonly<Record<string, unknown>>;
type Definition = { protocol: (of: { version: number }) => (payload: Payload) => unknown };

const REQUESTS = ['JoinGroup', 'SyncGroup', 'Heartbeat', 'LeaveGroup'] as const;
let instance: string | null = null;
let patched = false;

/**
 * Lets every consumer group know this process by a name that outlives it (KIP-345): killed and started again, it
 * takes its partitions back at once, where a stranger would wait until the group misses the dead one. The client
 * encodes the field in the requests of a group and never fills it in; here it is filled in.
 */
export function joinGroupsAs(name: string | undefined): void {
  instance = name ?? null;
  if (patched || instance === null) return;
  patched = true;
  const { requests } = protocol as { requests: Record<(typeof REQUESTS)[number], Definition> };
  for (const request of REQUESTS) {
    const definition = requests[request];
    const original = definition.protocol.bind(definition);
    definition.protocol = (of) => {
      const encode = original(of);
      return (payload) => encode({ ...payload, groupInstanceId: instance });
    };
  }
}
