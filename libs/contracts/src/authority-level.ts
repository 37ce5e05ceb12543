import { Type, type Static } from 'typebox';
import { defineEvent, Division, Name, OneOf, OrNull, SaidStatus, Shape, Text } from './event.js';
import { HAZARDS, LEVELS } from './levels.js';

/** Who else declares levels that are of use here. */
export const AUTHORITY_KINDS = ['province', 'city', 'county', 'township', 'department', 'neighbour'] as const;
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number];

/** Key: the authority. Id: authority, hazards and moment. `occurredAt` is from when the level is in force. */
export const AuthorityLevelV1 = defineEvent(
  'authority-level.v1',
  'The level of a response that another authority has declared, as it told us. It is evidence, never an order here.',
  Shape({
    status: SaidStatus,
    authority: Name('whose: GB/T 2260 code, or the name of a department'),
    authorityName: Name('its name in words'),
    kind: OneOf(AUTHORITY_KINDS, '省 市 县（市、区） 镇街 部门（水利、海事、气象） 邻市'),
    hazards: Type.Array(OneOf(HAZARDS, 'hazard'), { minItems: 1, description: 'what its response is against' }),
    level: OneOf(LEVELS, 'level in force from then on; none: it has ended'),
    counties: Type.Array(Division('county'), {
      maxItems: 100,
      description: 'counties of this city that it covers; empty: all for which the authority speaks',
    }),
    notice: OrNull(Name('number of its notice')),
    text: Text('its words'),
  }),
);
export type AuthorityLevelV1 = Static<typeof AuthorityLevelV1>;
