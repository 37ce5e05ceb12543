import type { Static } from 'typebox';
import { defineEvent, Name, OneOf, OrNull, SaidStatus, Shape, Text } from './event.js';

export const DELIVERY_OUTCOMES = ['delivered', 'failed'] as const;

/** Key and correlation: the message. Id: channel, message and outcome: said twice it is one. */
export const DeliveryReportV1 = defineEvent(
  'delivery-report.v1',
  'What a gateway says of a message that it took before: it has arrived, or it will not.',
  Shape({
    status: SaidStatus,
    channel: Name('channel that the message went by: sms, voice, …', 60),
    message: Name('the key that came with it, or the number that the gateway gave it'),
    outcome: OneOf(DELIVERY_OUTCOMES, 'it has arrived, or it will not'),
    text: OrNull(Text('in the gateway’s words', 1_000)),
  }),
);
export type DeliveryReportV1 = Static<typeof DeliveryReportV1>;
