import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { DomainEvent, EventType, Service } from '@fengsui/contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import { transportOf } from './consumes.js';
import type { Batch, Consumption, Handler, Log } from './port.js';

/** Nest's transport strategy over the log: the methods marked with `@Consumes` of one service become that service's consumer. */
export class LogServer extends Server implements CustomTransportStrategy {
  override readonly transportId: symbol;
  private consumption: Consumption | null = null;

  constructor(
    private readonly service: Service,
    private readonly log: Log,
  ) {
    super();
    this.transportId = transportOf(service);
  }

  listen(done: (error?: unknown) => void): void {
    const handlers = new Map<EventType, Handler>();
    for (const [type, handler] of this.messageHandlers) {
      if (handler.next !== undefined) throw new Error(`service ${this.service} has two handlers for ${type}; one must decide`);
      handlers.set(type as EventType, (events, batch) => call(handler, events, batch));
    }
    this.log.consume(this.service, handlers).then((consumption) => ((this.consumption = consumption), done()), done);
  }

  async close(): Promise<void> {
    await this.consumption?.stop();
    this.consumption = null;
  }

  on(): never {
    throw new Error('the log has no events of its own to listen to');
  }

  unwrap<T>(): T {
    return this.log as T;
  }
}

async function call(handler: MessageHandler, events: readonly DomainEvent[], batch: Batch): Promise<void> {
  const answer: unknown = await handler(events, batch);
  if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
}
