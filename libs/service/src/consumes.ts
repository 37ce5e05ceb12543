import { Catch, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventType, Service } from '@fengsui/contracts';
import { throwError, type Observable } from 'rxjs';

/**
 * Nest hides what a handler threw behind "Internal server error"; the log must see the database's code to tell a bad
 * message from a bad day.
 */
@Catch()
class AsThrown implements ExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

/** Handlers of several services live in one process: each belongs to its own consumer. */
export const transportOf = (service: Service): symbol => Symbol.for(`fengsui.${service}`);

/**
 * Marks the method that handles a batch of events of one type for a service:
 * `(events: readonly ReadingV1[], unit: UnitOfWork) => Promise<void>`.
 */
export function Consumes(service: Service, type: EventType): MethodDecorator {
  return (target, name, descriptor) => {
    Payload()(target, name, 0);
    Ctx()(target, name, 1);
    UseFilters(AsThrown)(target, name, descriptor);
    EventPattern<string>(type, transportOf(service) as never)(target, name, descriptor);
  };
}
