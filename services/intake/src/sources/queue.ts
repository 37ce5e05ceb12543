/** Each source has a queue of its own: one that hangs holds up no other. */
export const queueOf = (source: string): string => `intake/${source}`;
/** Due when a source has not been heard for as long as the plan allows. */
export const SILENCE = 'silence';
/** The same of a source that sends by itself. */
export const PUSHED_SILENCE = 'pushed-silence';
