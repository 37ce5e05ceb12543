import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { DomainEvent, EventType, OrderV1, Service } from '@fengsui/contracts';
import type { Consumption, Handler, Log, UnitOfWork } from '@fengsui/log';
import { isObservable, lastValueFrom } from 'rxjs';
import { transportOf } from './consumes.js';
import type { OrdersDesk } from './orders-desk.js';

/**
 * Nest's transport strategy over the log: the methods marked with `@Consumes` of one service become that service's
 * consumer, and its orders go over its desk to those marked with `@Takes`.
 */
export class LogServer extends Server implements CustomTransportStrategy {
  override readonly transportId: symbol;
  private consumption: Consumption | null = null;

  constructor(
    private readonly service: Service,
    private readonly log: Log,
    private readonly desk: OrdersDesk | undefined,
  ) {
    super();
    this.transportId = transportOf(service);
  }

  listen(done: (error?: unknown) => void): void {
    const handlers = new Map<EventType, Handler>();
    const { desk } = this;
    if (desk !== undefined) handlers.set('order.v1', (orders, unit) => desk.take(orders as readonly OrderV1[], unit));
    for (const [type, handler] of this.messageHandlers) {
      if (handler.next !== undefined || handlers.has(type as EventType))
        throw new Error(`service ${this.service} has two handlers for ${type}; one must decide`);
      handlers.set(type as EventType, (events, unit) => handle(handler, events, unit));
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

async function handle(handler: MessageHandler, events: readonly DomainEvent[], unit: UnitOfWork): Promise<void> {
  const answer: unknown = await handler(events, unit);
  if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
}
