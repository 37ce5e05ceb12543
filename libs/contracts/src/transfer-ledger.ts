import { Type, type Static } from 'typebox';
import { defineEvent, Division, Name, OneOf, OrNull, SaidStatus, Shape, Text } from './event.js';

/** People who need help to leave 特殊群体: of a household they are seen to first. */
export const SPECIAL_GROUPS = ['elderly', 'child', 'disabled', 'pregnant', 'ill', 'alone', 'other'] as const;
export type SpecialGroup = (typeof SPECIAL_GROUPS)[number];

/** What stands for a person wherever their name does not belong. */
export const PSEUDONYM = /^p-[0-9a-f]{24}$/;
const Pseudonym = (description: string) => Type.String({ description, pattern: PSEUDONYM.source });

/** Key: the risk point. Id: risk point and moment. `occurredAt` is when the ledger was drawn up. */
export const TransferLedgerV1 = defineEvent(
  'transfer-ledger.v1',
  'Who lives at a risk point 转移对象台账, household by household: the whole of it, in place of what was known before.',
  Shape({
    riskPoint: Name('risk point of the plan'),
    status: SaidStatus,
    county: Division('county'),
    households: Type.Array(
      Shape({
        household: Name('its number in the ledger', 60),
        contact: OrNull(Pseudonym('who looks after the household 转移联系人; null: nobody yet')),
        leaves: Text('when they go', 200),
        manner: Text('how they go', 200),
        route: Text('which way', 500),
        shelter: OrNull(Name('shelter of the plan; null: that of the risk point')),
        persons: Type.Array(
          Shape({
            person: Pseudonym('the person'),
            knownAs: Type.Array(Pseudonym('what a report may say for them: name, number, telephone'), { maxItems: 6 }),
            groups: Type.Array(OneOf(SPECIAL_GROUPS, 'why they need help'), { maxItems: SPECIAL_GROUPS.length }),
            phone: Type.Boolean({ description: 'whether they can be called' }),
          }),
          { maxItems: 200 },
        ),
      }),
      { maxItems: 5_000 },
    ),
  }),
);
export type TransferLedgerV1 = Static<typeof TransferLedgerV1>;
export type LedgerHousehold = TransferLedgerV1['data']['households'][number];
