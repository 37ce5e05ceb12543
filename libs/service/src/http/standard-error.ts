import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { masked, type Settings } from '@fengsui/settings';

/** What the framework says of its own wiring tells an operator nothing. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestMicroservice',
  'NestApplication',
]);

/**
 * Logs to standard error, because standard output belongs to results: as text, or as one JSON object a line with its
 * time in UTC. Secrets of the settings are hidden, whatever carries them.
 */
export class StandardError extends ConsoleLogger {
  constructor(
    settings: Pick<Settings, 'LOG_LEVEL' | 'LOG_FORMAT'>,
    private readonly secrets: readonly string[],
  ) {
    const json = settings.LOG_FORMAT === 'json';
    super({ logLevels: levelsFrom(settings.LOG_LEVEL), json, colors: !json && process.stderr.isTTY === true });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!WIRING.has(String(rest.at(-1)))) super.log(message, ...(rest as [string]));
  }

  protected override printMessages(messages: unknown[], context?: string, level?: LogLevel): void {
    const safe = messages.map((message) => (typeof message === 'string' ? masked(message, this.secrets) : message));
    super.printMessages(safe, context, level, 'stderr');
  }

  protected override printStackTrace(stack: string): void {
    super.printStackTrace(masked(stack ?? '', this.secrets));
  }

  protected override getJsonLogObject(
    ...given: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const { timestamp, ...rest } = super.getJsonLogObject(...given);
    return { time: new Date(timestamp).toISOString(), ...rest } as never;
  }
}

const levelsFrom = (least: Settings['LOG_LEVEL']): LogLevel[] => {
  const order = ['debug', 'info', 'warn', 'error'] as const;
  const names: Record<(typeof order)[number], LogLevel> = { debug: 'debug', info: 'log', warn: 'warn', error: 'error' };
  return order.slice(order.indexOf(least)).map((level) => names[level]);
};
