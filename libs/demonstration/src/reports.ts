import { onDuty, type Roster } from '@fengsui/rules';
import { lines, MARK, order, wall, type Delivery } from './delivery.js';

/**
 * The summary of a year, which the roll-up drafts at 08:30 on 22 January: every county vouches for its figures,
 * somebody checks the draft, somebody else signs it.
 */
export function reportSigned(
  year: 2019 | 2020,
  { roster, counties }: Readonly<{ roster: Roster; counties: readonly string[] }>,
): Delivery[] {
  const day = `${year + 1}-01-22`;
  const [closed, checked, signed] = [wall(day, '08:40'), wall(day, '08:45'), wall(day, '08:50')];
  const report = `${year}/annual-summary/1`;
  const reason = `${MARK}已核对`;
  return [
    lines(
      closed,
      'orders-close-period',
      counties.map((authority) =>
        order(closed, `close-${year}-${authority}`, `clerk-${authority}`, {
          kind: 'close-period',
          authority,
          period: String(year),
          reason,
        }),
      ),
    ),
    lines(checked, 'orders-check-report', [
      order(checked, `check-${year}`, onDuty(roster, 'statistician', checked), {
        kind: 'check-report',
        report,
        reason,
      }),
    ]),
    lines(signed, 'orders-sign-report', [
      order(signed, `sign-${year}`, onDuty(roster, 'bureau-leader', signed), { kind: 'sign-report', report, reason }),
    ]),
  ];
}
