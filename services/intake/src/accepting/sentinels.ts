import type { ReadingV1, Refusal } from '@fengsui/contracts';

/**
 * Numbers that stand for "nothing was measured" in the files of hydrological services: nines and eights in a row, with
 * either sign, to one or two decimals (WaterML and SHEF exports; Chinese reports write 999.9 and 9999). A discharge can
 * be 9,999 m³/s, a stage cannot be 999 m: for a discharge the negative ones are meant alone.
 */
const NOTHING = /^-?(9{3,}|8{3,}|9{3,}\.9{1,2}|9{2,3}\.9{2}|8{3,}\.8)$/;
const NEGATIVE_NOTHING = /^-(9{3,}|8{3,})(\.[89]{1,2})?$/;

/** Why a reading is none, or null. It is refused, because nothing was measured: a gap is what it is. */
export function sentinelIn(data: ReadingV1['data']): Refusal | null {
  switch (data.quantity) {
    case 'stage':
      return refusal('stageM', data.stageM, NOTHING);
    case 'reservoir-level':
      return refusal('levelM', data.levelM, NOTHING);
    case 'rain':
      return refusal('rainMm', data.rainMm, NOTHING);
    case 'flow':
      return refusal('flowM3s', data.flowM3s, NEGATIVE_NOTHING);
  }
}

const refusal = (field: string, value: number, sentinels: RegExp): Refusal | null =>
  sentinels.test(String(value))
    ? {
        place: `data/${field}`,
        reason: `${value} 是缺测代码，不是测值 / stands for nothing measured`,
        expected: '测值；未测到时不要报该行 / a measured value; leave the row out when nothing was measured',
      }
    : null;
