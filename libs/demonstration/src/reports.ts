import { onDuty, type Roster } from '@fengsui/rules';
import { lines, MARK, order, wall, type Delivery } from './delivery.js';

/**
 * The summary of a year, which the roll-up drafts on 22 January: every county vouches for its figures, somebody checks
 * the draft, somebody else signs it. That of 2020 is left to whoever tries the product.
 */
export function reportSigned(
  year: 2019,
  { roster, counties }: Readonly<{ roster: Roster; counties: readonly string[] }>,
): Delivery[] {
  const day = `${year + 1}-01-22`;
  const [closed, checked, signed] = [wall(day, '10:00'), wall(day, '11:00'), wall(day, '15:00')];
  const statistician = onDuty(roster, 'statistician', closed);
  const report = `${year}/annual-summary/1`;
  const reason = `${MARK}已核对`;
  return [
    lines(
      closed,
      'orders-close-period',
      counties.map((authority) =>
        order(closed, `close-${year}-${authority}`, statistician, {
          kind: 'close-period',
          authority,
          period: String(year),
          reason,
        }),
      ),
    ),
    lines(checked, 'orders-check-report', [
      order(checked, `check-${year}`, statistician, { kind: 'check-report', report, reason }),
    ]),
    lines(signed, 'orders-sign-report', [
      order(signed, `sign-${year}`, onDuty(roster, 'bureau-leader', signed), { kind: 'sign-report', report, reason }),
    ]),
  ];
}
