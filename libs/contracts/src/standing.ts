import type { EventOf } from './topics.js';

/** `【演练】`, `（应急演练）`, `[测试]`, `演习：` at the beginning. What tells of an exercise further on may be real. */
const MARK =
  /^\s*(?:[【[（(〔][^】\]）)〕]{0,12}(?:演练|演习|测试|试验)[^】\]）)〕]{0,6}[】\]）)〕]|(?:演练|演习|测试)\s*[：:])/u;

/** The words by which a text says at its beginning that it is an exercise or a test; null: it does not. */
export const exerciseMark = (text: string): string | null => MARK.exec(text)?.[0].trim() ?? null;

/**
 * Whether a warning may lead to a decision: it says so (CAP 1.2, 3.2.1), and no headline or description of it is marked
 * as an exercise, as those of test runs are that go out as Actual.
 */
export const isActual = ({ status, infos }: Pick<EventOf<'weather-warning.v1'>['data'], 'status' | 'infos'>): boolean =>
  status === 'Actual' &&
  !infos.some((info) => [info.headline, info.description].some((text) => exerciseMark(text ?? '') !== null));

type Warning = EventOf<'weather-warning.v1'>['data'];

/** Whether its sender may say it. What came before senders were judged was believed at the time. */
export const mayBeSaid = ({ trust }: Pick<Warning, 'trust'>): boolean =>
  trust === undefined || trust.standing === 'entitled';

/** What a message refers to but for itself: real issuers have had updates that name themselves, and they stand. */
export const othersIn = ({
  sender,
  identifier,
  sentAt,
  references,
}: Pick<Warning, 'sender' | 'identifier' | 'sentAt' | 'references'>): Warning['references'] =>
  references.filter(
    (reference) => reference.sender !== sender || reference.identifier !== identifier || reference.sentAt !== sentAt,
  );
