/** One node of a profile as the runtime writes it. */
type Node = Readonly<{ id: number; callFrame: Readonly<{ functionName: string; url: string; lineNumber: number }> }>;
type Profile = Readonly<{
  nodes: readonly Node[];
  samples: readonly number[];
  timeDeltas: readonly number[];
  startTime: number;
  endTime: number;
}>;

const SHOWN = 25;

/**
 * The functions in which a process spent its time, the dearest first, as text that can be compared from one version
 * to the next.
 */
export function topOfProfile(text: string, root: string): string {
  const { nodes, samples, timeDeltas } = JSON.parse(text) as Profile;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const { functionName = '', url = '', lineNumber = 0 } = byId.get(id)?.callFrame ?? {};
    if (functionName === '(idle)') continue;
    const place = url === '' ? '' : ` ${url.replace('file://', '').replace(`${root}/`, '')}:${lineNumber + 1}`;
    const name = `${functionName === '' ? '(anonymous)' : functionName}${place}`;
    const spent = timeDeltas[index] ?? 0;
    own.set(name, (own.get(name) ?? 0) + spent);
    total += spent;
  }
  const rows = [...own].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return `${rows.map(([name, spent]) => `${((100 * spent) / total).toFixed(1).padStart(5)} %  ${name}`).join('\n')}\n`;
}
