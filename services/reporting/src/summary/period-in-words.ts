import type { Period } from '../period.js';

const QUARTERS = ['一', '二', '三', '四'];

/** 2020年上半年, 2020年第二季度, 2020年6月, 2020年汛期, 2020年1月1日至2月29日. */
export function periodInWords({ name, from, to }: Period): string {
  const year = name.slice(0, 4);
  if (/^\d{4}$/.test(name)) return `${year}年`;
  if (/^\d{4}H[12]$/.test(name)) return `${year}年${name.endsWith('1') ? '上' : '下'}半年`;
  if (/^\d{4}Q[1-4]$/.test(name)) return `${year}年第${QUARTERS[Number(name[5]) - 1] ?? ''}季度`;
  if (/^\d{4}-\d{2}$/.test(name)) return `${year}年${Number(name.slice(5))}月`;
  if (name.endsWith('-flood')) return `${year}年汛期（${day(from)}至${day(to)}）`;
  if (from === to) return `${from.slice(0, 4)}年${day(from)}`;
  const sameYear = from.slice(0, 4) === to.slice(0, 4);
  return `${from.slice(0, 4)}年${day(from)}至${sameYear ? '' : `${to.slice(0, 4)}年`}${day(to)}`;
}

const day = (date: string): string => `${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;
