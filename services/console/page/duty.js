const LEVELS = { none: '未启动', IV: 'Ⅳ级', III: 'Ⅲ级', II: 'Ⅱ级', I: 'Ⅰ级' };
const STATES = { ringing: '呼叫中', answered: '已应答', unanswered: '无人应答', closed: '已结束' };
const when = (at) => at === null ? '' : new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));
const fill = (id, rows, empty) => {
  const body = document.getElementById(id);
  body.replaceChildren(...(rows.length > 0 ? rows : [[empty]]).map((cells) => {
    const row = document.createElement('tr');
    if (cells.wait) row.className = 'wait';
    row.append(...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text, className: typeof text === 'number' ? 'n' : rows.length > 0 ? '' : 'none' })));
    return row;
  }));
};
const whose = (level) => (level.authorityName === '市' ? '' : level.authorityName) + level.name;
let good = 0;
async function refresh() {
  try {
    const [levels, tasks, fires, calls] = await Promise.all(['levels', 'tasks?open', 'wildfires?open', 'calls'].map(async (path) => {
      const answer = await fetch('/v1/' + path);
      if (answer.status === 401) location.assign('/account');
      if (answer.status === 403) return null; // no right to see this part: the others are shown
      if (!answer.ok) throw new Error(path + ' ' + answer.status);
      return answer.json();
    }));
    const seen = (list) => list ?? [];
    const inForce = seen(levels).filter((level) => level.state === 'ordered' && level.level !== 'none');
    // The city comes first; a county is named.
    document.getElementById('level').textContent = inForce.length === 0 ? '防汛应急响应 未启动'
      : inForce.map((one) => whose(one) + '应急响应 ' + LEVELS[one.level] + ' · 自 ' + when(one.since) + ' · 签发 ' + one.decidedBy).join('；');
    const queue = [
      ...seen(levels).filter((level) => level.state === 'proposed').map((level) => ['待签发：' + whose(level) + LEVELS[level.level], level.proposal + ' ' + level.reason, when(level.dueAt), level.dueAt]),
      ...seen(calls).filter((call) => call.state === 'ringing' || call.state === 'unanswered').map((call) => [call.state === 'ringing' ? '待应答' : '无人应答', call.subject, when(call.dueAt), call.dueAt]),
      ...seen(fires).map((fire) => [fire.state === 'overdue' ? '核查逾期' : '待核查', fire.id, when(fire.dueAt), fire.dueAt]),
    ].sort((a, b) => a[3] < b[3] ? -1 : 1).map((row) => Object.assign(row.slice(0, 3), { wait: true }));
    fill('queue', queue, [levels, calls, fires].includes(null) ? '部分事项无权查看' : '没有待处理事项');
    fill('tasks', seen(tasks).map((task) => [task.name, task.people, task.moved, task.absent, task.refusing, when(task.dueAt)]), tasks === null ? '无权查看' : '没有未结任务');
    fill('calls', seen(calls).slice(0, 12).map((call) => [when(call.startedAt), call.subject, STATES[call.state] + (call.answeredBy === null ? (call.closedReason === null ? '' : ' · ' + call.closedReason) : ' · ' + call.answeredBy)]), calls === null ? '无权查看' : '没有呼叫');
    good = Date.now();
    document.getElementById('stale').style.display = 'none';
  } catch (error) {
    // Silence is never an all-clear: say how old the page is.
    const stale = document.getElementById('stale');
    stale.textContent = '连接中断，数据至 ' + (good === 0 ? '无' : new Date(good).toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai' })) + ' — 请勿视为正常';
    stale.style.display = 'block';
  }
  document.getElementById('age').textContent = good === 0 ? '' : '数据至 ' + new Date(good).toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai' });
}
refresh();
setInterval(refresh, 5000);

document.getElementById('sign-out').onclick = async () => {
  const me = await fetch('/v1/me').then((answer) => (answer.ok ? answer.json() : null));
  if (me !== null) await fetch('/v1/session', { method: 'DELETE', body: '{}', headers: { 'content-type': 'application/json', 'x-csrf-token': me.csrf } });
  location.replace('/account');
};
