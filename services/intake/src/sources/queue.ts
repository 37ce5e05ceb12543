/** Each source has a queue of its own: one that hangs holds up no other. */
export const queueOf = (source: string): string => `intake/${source}`;
