import { when } from '../terminal.js';
import { listing, state } from './listing.js';

export const TASKS_COMMAND = listing(
  { name: 'tasks', about: { zh: '人员转移任务', en: 'transfer tasks' } },
  ({ ports }, open) => ports.response.tasks(open),
  [
    [{ zh: '任务', en: 'task' }, ({ id }) => id],
    [{ zh: '状态', en: 'state' }, (task, terminal) => state(terminal, task.state)],
    [{ zh: '县区', en: 'county' }, ({ county }, _terminal, { plans }) => plans.response.counties.nameOf(county)],
    [{ zh: '应转', en: 'people' }, ({ people }) => people],
    [{ zh: '已转', en: 'moved' }, ({ moved }) => moved],
    [{ zh: '不在', en: 'absent' }, ({ absent }) => absent],
    [{ zh: '拒转', en: 'refusing' }, ({ refusing }) => refusing],
    [{ zh: '限时', en: 'due' }, ({ dueAt }) => when(dueAt)],
  ],
);
