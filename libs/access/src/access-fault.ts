/** What whoever keeps the people has done wrong; the message says it to them. */
export class AccessFault extends Error {}
