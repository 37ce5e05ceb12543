import { roundHalfUp } from '@fengsui/rules';
import { Type, type Static } from 'typebox';

const word = Type.String({ minLength: 1, maxLength: 8 });

/** How an issuer words numbers: the optional `wording` of a template; what is not said is as in the city's summary. */
export const Wording = Type.Partial(
  Type.Object(
    {
      /** Of changes in percent. */ decimals: Type.Integer({ minimum: 0, maximum: 4 }),
      /** Of shares, and of their change in percentage points. */ shareDecimals: Type.Integer({
        minimum: 0,
        maximum: 4,
      }),
      /** 14.0% instead of 14%. */ keepZeros: Type.Boolean(),
      /** A base below this is told in numbers: 减少2起 instead of 下降66.7%. */
      differencesBelow: Type.Integer({ minimum: 0, maximum: 1_000 }),
      up: word,
      down: word,
      /** 持平, 与去年同期持平. */ level: word,
      more: word,
      fewer: word,
    },
    { additionalProperties: false },
  ),
  { additionalProperties: false },
);

/** With everything said. */
export type Profile = Required<Static<typeof Wording>>;
export const PROFILE: Profile = {
  decimals: 1,
  shareDecimals: 1,
  keepZeros: false,
  differencesBelow: 0,
  up: '上升',
  down: '下降',
  level: '持平',
  more: '增加',
  fewer: '减少',
};
export const profileOf = (wording: Static<typeof Wording> = {}): Profile => ({ ...PROFILE, ...wording });

/** Half up; with its zeros where the issuer keeps them. */
export function decimal(value: number, decimals: number, { keepZeros }: Profile): string {
  const rounded = roundHalfUp(value, decimals);
  return keepZeros ? rounded.toFixed(decimals) : String(rounded);
}
