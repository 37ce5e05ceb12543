/** Injection token of the log: a port, so it has no class of its own. */
export const LOG = Symbol('the event log');
/** Injection token of what outsiders feed over Kafka; null where there is none. */
export const FEEDS = Symbol('the feed topics');
/** Injection token of the services whose consumers, due jobs and relays this process runs. */
export const SERVICES_HERE = Symbol('the services of this process');
