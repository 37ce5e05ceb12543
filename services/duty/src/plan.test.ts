import { describe, expect, it } from '@jest/globals';
import { fromShanghai } from '@fengsui/contracts';
import { planWith, type Draft } from './plan-for-tests.js';

const chen = (plan: Draft) => plan.people.find(({ id }) => id === 'chen') as Record<string, unknown>;
const step = (plan: Draft, index = 0) => plan.chains['urgent']?.steps[index] as Record<string, unknown>;
const cause = (plan: Draft, name: string) => plan.causes[name] as Record<string, unknown>;

describe('a plan by which somebody would not be called is refused, and says where', () => {
  it('the shipped one is none', () => expect(planWith(() => undefined).people.size).toBeGreaterThan(10));

  it.each<readonly [string, (plan: Draft) => void, RegExp]>([
    ['a person without a contact', (plan) => void delete chen(plan)['mail'], /chen has neither mail nor telephone/],
    ['two addresses in one', (plan) => void (chen(plan)['mail'] = 'a@b.cn, c@d.cn'), /people\/\d+\/mail/],
    ['a line break in an address', (plan) => void (chen(plan)['mail'] = 'a@b.cn\nBcc: x@y.cn'), /people\/\d+\/mail/],
    ['a word for an address', (plan) => void (chen(plan)['mail'] = 'chen'), /people\/\d+\/mail/],
    ['a line break in a name', (plan) => void (chen(plan)['name'] = '陈\n值班'), /people\/\d+\/name/],
    ['no name', (plan) => void (chen(plan)['name'] = ' '), /people\/\d+\/name/],
    ['a telephone of ten digits', (plan) => void (chen(plan)['phones'] = ['1380000000']), /people\/\d+\/phones/],
    [
      'an id twice',
      (plan) => void plan.people.push(plan.people[1] as Record<string, unknown>),
      /chen: two people have this id/,
    ],
    ['a desk that nobody is', (plan) => void (plan.desk = 'nobody'), /nobody is the desk and not among/],
    [
      'a swap that ends before it begins',
      (plan) =>
        void plan.overrides.push({
          role: 'duty-officer',
          person: 'li',
          from: '2026-02-02T08:30',
          until: '2026-02-01T08:30',
        }),
      /of li ends at 2026-02-01T08:30, before it begins/,
    ],
    [
      'a swap of no length',
      (plan) =>
        void plan.overrides.push({
          role: 'duty-officer',
          person: 'li',
          from: '2026-02-02T08:30',
          until: '2026-02-02T08:30',
        }),
      /before it begins/,
    ],
    [
      'the thirtieth of February',
      (plan) =>
        void plan.overrides.push({
          role: 'duty-officer',
          person: 'li',
          from: '2026-02-28T08:30',
          until: '2026-02-30T08:30',
        }),
      /2026-02-30T08:30 is no time of the calendar/,
    ],
    [
      'a swap of a role that nobody has',
      (plan) =>
        void plan.overrides.push({
          role: 'officer',
          person: 'li',
          from: '2026-02-02T08:30',
          until: '2026-02-03T08:30',
        }),
      /li stands in for the role officer, in which nobody takes turns/,
    ],
    [
      'leave of a stranger',
      (plan) => void (plan.leave = [{ person: 'wang', from: '2026-02-02T08:30', until: '2026-02-03T08:30' }]),
      /wang is on leave and not among the people/,
    ],
    ['a role that nobody knows', (plan) => void (step(plan)['role'] = 'officer'), /calls the role officer/],
    ['six milliseconds to answer', (plan) => void (step(plan)['answerWithinMinutes'] = 0.0001), /answerWithinMinutes/],
    ['a year to answer', (plan) => void (step(plan)['answerWithinMinutes'] = 525_600), /answerWithinMinutes/],
    ['a channel twice', (plan) => void (step(plan)['channels'] = ['mail', 'mail']), /channels/],
    ['a channel that there is not', (plan) => void (step(plan)['channels'] = ['pigeon']), /channels/],
    ['no channel', (plan) => void (step(plan)['channels'] = []), /channels/],
    [
      'a channel that its people lack',
      (plan) => void (step(plan)['channels'] = ['voice']),
      /step 1: chen cannot be reached by voice/,
    ],
    [
      'one person in every role',
      (plan) => {
        for (const rotation of plan.rotations) rotation.people = ['chen'];
      },
      /calls chen in every step/,
    ],
    ['a person twice in a rotation', (plan) => void plan.rotations[0]?.people.push('chen'), /chen stands twice/],
    [
      'two rotations that begin at once',
      (plan) => void plan.rotations.push({ ...plan.rotations[0], people: ['li'] } as never),
      /two rotations begin at once/,
    ],
    [
      'a county of another city',
      (plan) => void ((plan.rotations.at(-1) as Record<string, unknown>)['authority'] = '440100'),
      /440100 is no authority of this city/,
    ],
    [
      'shifts of no length',
      (plan) => void ((plan.rotations[0] as Record<string, unknown>)['shiftHours'] = 0),
      /shiftHours/,
    ],
    [
      'neither hours nor borders of shifts',
      (plan) => void delete (plan.rotations[0] as Record<string, unknown>)['shiftHours'],
      /give either shiftHours or shiftsAt/,
    ],
    ['a cause without a chain', (plan) => void (cause(plan, 'fire')['chain'] = 'loud'), /fire names the chain loud/],
    [
      'a list that would call many more than are expected',
      (plan) =>
        Object.assign(plan, {
          lists: { heads: ['chen', 'li', 'huang', 'zhou'] },
          expected: { heads: 2 },
          massFactor: 1.5,
        }),
      /heads would call 4 people, and 2 are expected/,
    ],
    [
      'a holiday that ends before it begins',
      (plan) =>
        Object.assign(plan, { calendar: { holidays: [{ from: '2026-10-07', until: '2026-10-01' }], workdays: [] } }),
      /a holiday ends on 2026-10-01/,
    ],
    [
      'a day that the calendar has not',
      (plan) => Object.assign(plan, { calendar: { holidays: [], workdays: ['2026-02-30'] } }),
      /2026-02-30 is no day/,
    ],
    [
      'turns of a season that nobody knows',
      (plan) => {
        Object.assign(plan.rotations[0] ?? {}, { during: 'flood-season' });
        Object.assign(plan, { calendar: { holidays: [], workdays: [] } });
      },
      /needs calendar.floodSeason/,
    ],
    [
      'a canary whom nobody knows',
      (plan) => Object.assign(plan, { canary: { everyMinutes: 60, person: 'bird' } }),
      /canary: bird is not among the people/,
    ],
    [
      'a handover of a role that there is not',
      (plan) => Object.assign(plan, { handover: { roles: ['mayor'], signWithinMinutes: 15 } }),
      /handover: nobody takes turns in the role mayor/,
    ],
    [
      'a test that is urgent',
      (plan) => void (cause(plan, 'contact-test')['urgent'] = true),
      /contact-test only tries something/,
    ],
    [
      'a name of a role that there is not',
      (plan) => Object.assign(plan, { roles: { mayor: '市长' } }),
      /roles: nobody takes turns in mayor/,
    ],
    ['a cause that is missing', (plan) => void delete plan.causes['fire'], /causes.*fire/],
    [
      'no chain for the night',
      (plan) => void (cause(plan, 'fire')['instead'] = [{ hours: '22:00-06:00', chain: 'night' }]),
      /fire names the chain night/,
    ],
    [
      'a list that there is not',
      (plan) => {
        delete step(plan)['role'];
        step(plan)['list'] = 'villages';
      },
      /calls the list villages, which there is not/,
    ],
    [
      'more answers than people',
      (plan) => {
        plan.lists = { heads: ['chen', 'li'] };
        delete step(plan)['role'];
        Object.assign(step(plan), { list: 'heads', needed: 3 });
      },
      /3 must answer, and 2 are called/,
    ],
    ['nobody at the top', (plan) => void plan.unanswered.roles.push('mayor'), /unanswered calls the role mayor/],
    ['a field that nobody reads', (plan) => void (chen(plan)['telephone'] = '1'), /telephone/],
  ])('%s', (_what, change, words) => expect(() => planWith(change)).toThrow(words));
});

describe('the policy of a cause', () => {
  const at = (clock: string) => fromShanghai(`2026-06-07T${clock}`);
  it('goes by hour and level, and is what the plan says when the call starts', () => {
    const plan = planWith((draft) => {
      draft.chains['night'] = draft.chains['urgent'] as Draft['chains'][string];
      draft.chains['top'] = draft.chains['urgent'] as Draft['chains'][string];
      cause(draft, 'proposal')['instead'] = [
        { levels: ['II', 'I'], chain: 'top' },
        { hours: '22:00-06:00', chain: 'night' },
      ];
    });
    expect([
      plan.policyFor('proposal', at('12:00'), 'IV').name,
      plan.policyFor('proposal', at('21:59'), 'III').name,
      plan.policyFor('proposal', at('22:00'), 'III').name,
      plan.policyFor('proposal', at('05:59'), 'IV').name,
      plan.policyFor('proposal', at('06:00'), 'IV').name,
      plan.policyFor('proposal', at('02:00'), 'I').name,
    ]).toEqual(['urgent', 'urgent', 'night', 'night', 'urgent', 'top']);
  });

  it('reaches a person by every contact that they have, the first telephone first', () => {
    const plan = planWith((draft) => void (chen(draft)['phones'] = ['13800000001', '13900000002']));
    const channels = [
      { name: 'webhook', personal: false },
      { name: 'mail', personal: true },
      { name: 'sms', personal: true },
    ];
    expect(plan.waysTo('chen', channels)).toEqual([
      { channel: 'mail', contact: 0 },
      { channel: 'sms', contact: 0 },
      { channel: 'sms', contact: 1 },
      { channel: 'webhook', contact: 0 },
    ]);
    expect(plan.contactsOf('chen', 'sms')).toEqual(['13800000001', '13900000002']);
  });
});
