const ROLES = { 'duty-officer': '值班员', leader: '带班领导', approver: '响应签发人', feeder: '报送员', statistician: '统计员', auditor: '审计管理员', 'system-administrator': '系统管理员', 'security-administrator': '安全管理员', viewer: '查看人员' };
const KINDS = { browser: '浏览器', command: '命令行', service: '服务' };
const by = (id) => document.getElementById(id);
const when = (at) => new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));
const hash = new URLSearchParams(location.hash.slice(1));
let csrf = null;
let me = null;

const say = (text, bad = false) => { by('said').textContent = text; by('said').className = bad ? 'bad' : ''; };
async function ask(method, path, body) {
  const headers = { accept: 'application/json' };
  if (csrf !== null) headers['x-csrf-token'] = csrf;
  if (method !== 'GET') headers['content-type'] = 'application/json';
  const answer = await fetch('/v1/' + path, { method, headers, body: method === 'GET' ? undefined : JSON.stringify(body ?? {}) });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.title ?? said.message ?? String(answer.status)), { status: answer.status });
  return said;
}
const row = (cells) => {
  const tr = document.createElement('tr');
  tr.append(...cells.map((cell) => { const td = document.createElement('td'); td.append(cell); return td; }));
  return tr;
};
const button = (text, work) => { const made = document.createElement('button'); made.textContent = text; made.onclick = () => tried(work); return made; };
const tried = async (work) => { try { say(''); await work(); } catch (error) { say(error.message, true); } };
const onSubmit = (id, work) => by(id).addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const fields = Object.fromEntries(new FormData(form, event.submitter));
  void tried(async () => { await work(fields); form.reset(); });
});
const show = (...ids) => { for (const section of document.querySelectorAll('main > section')) section.hidden = !ids.includes(section.id); };

async function refresh() {
  try { me = await ask('GET', 'me'); } catch { me = null; }
  csrf = me === null ? null : me.csrf;
  by('who').textContent = me === null ? '' : me.name + '（' + me.person + '）';
  if (me === null) return show(hash.has('first') ? 'first' : hash.has('password') ? 'password' : 'login');
  const keeps = me.roles.some(({ role }) => role === 'security-administrator');
  show('me', ...(me.acts ? [] : ['locked']), ...(keeps ? ['people'] : []));
  const facts = { 用户名: me.person, 角色: me.roles.map(({ role, authority }) => ROLES[role] + '（' + authority + '）').join('、') || '无', 可代表: me.speaksFor.join('、') || '无', 状态: me.acts ? '可操作' : '只能查看' };
  by('facts').replaceChildren(...Object.entries(facts).flatMap(([name, text]) => [Object.assign(document.createElement('dt'), { textContent: name }), Object.assign(document.createElement('dd'), { textContent: text })]));
  by('sessions').replaceChildren(...(await ask('GET', 'me/sessions')).map((one) => row([KINDS[one.kind], when(one.startedAt), when(one.actedAt), when(one.endsAt), one.address, one.id === me.session ? '本会话' : button('结束', async () => { await ask('DELETE', 'sessions/' + one.id); await refresh(); })])));
  by('delegations').replaceChildren(...(await ask('GET', 'delegations')).map((one) => row([one.principal, one.agent, when(one.beginsAt), when(one.endsAt), one.reason,
    one.withdrawnAt === null ? button('撤回', async () => { await ask('DELETE', 'delegations/' + one.id, { reason: '页面撤回' }); await refresh(); }) : '已撤回 ' + when(one.withdrawnAt)])));
  if (!keeps) return;
  by('people-rows').replaceChildren(...(await ask('GET', 'people')).map((one) => row([one.id, one.name, one.roles.map(({ role, authority }) => ROLES[role] + '（' + authority + '）').join('、'),
    [one.localLogin ? '密码' : '', one.secondFactor ? '动态验证码' : '', one.osUser === null ? '' : '系统用户 ' + one.osUser].filter(Boolean).join('、'), one.disabled ? '已停用' : one.locked ? '已锁定' : '正常'])));
}

onSubmit('login-form', async (fields) => { await ask('POST', 'session', fields.code === '' ? { person: fields.person, password: fields.password } : fields); await refresh(); });
onSubmit('unlock-form', async (fields) => { await ask('POST', 'session/unlock', fields.code === '' ? { password: fields.password } : fields); await refresh(); });
onSubmit('first-form', async (fields) => { await ask('POST', 'first-administrator', { ...fields, token: hash.get('first') }); hash.delete('first'); history.replaceState(null, '', '/account'); await refresh(); say('已设立，请登录'); });
onSubmit('password-form', async (fields) => { await ask('POST', 'password', { ...fields, token: hash.get('password') }); hash.delete('password'); history.replaceState(null, '', '/account'); await refresh(); say('已保存，请登录'); });
onSubmit('factor-form', async (fields) => { await ask('PUT', 'me/second-factor', fields); by('factor-form').hidden = true; await refresh(); say('已绑定'); });
onSubmit('delegate-form', async ({ agent, beginsAt, endsAt, reason }) => { await ask('POST', 'delegations', { principal: me.person, agent, beginsAt: beginsAt + ':00+08:00', endsAt: endsAt + ':00+08:00', reason }); await refresh(); });
const sayLink = (link) => say('设置密码的链接（只显示这一次，24小时有效）：' + location.origin + '/account#password=' + link);
onSubmit('person-form', async (fields) => { const { link } = await ask('POST', 'people', Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''))); await refresh(); sayLink(link); });
onSubmit('role-form', async ({ person, given, ...rest }) => { await ask('PUT', 'people/' + encodeURIComponent(person) + '/roles', { ...rest, given: given === 'true' }); await refresh(); });
onSubmit('disable-form', async ({ person, reason, work }) => {
  const path = 'people/' + encodeURIComponent(person);
  if (work === 'link') { const { link } = await ask('POST', path + '/link', { reason }); await refresh(); return sayLink(link); }
  await ask('DELETE', path, { reason });
  await refresh();
});
by('sign-out').onclick = () => tried(async () => { await ask('DELETE', 'session'); location.replace('/account'); });
by('sign-out-everywhere').onclick = () => tried(async () => { await ask('DELETE', 'sessions'); location.replace('/account'); });
onSubmit('factor-offer-form', async ({ password }) => { const { secret } = await ask('POST', 'me/second-factor', { password }); by('secret').textContent = secret; by('factor-form').hidden = false; });
onSubmit('change-form', async (fields) => { await ask('PUT', 'me/password', fields.code === '' ? { before: fields.before, password: fields.password } : fields); await refresh(); say('密码已修改，其他会话已退出'); });
by('role-form').elements.role.append(...Object.entries(ROLES).map(([id, name]) => Object.assign(document.createElement('option'), { value: id, textContent: name })));
if (location.pathname !== '/account') history.replaceState(null, '', '/account');
void refresh();
void fetch('/login/provider/known').then((answer) => { by('provider').hidden = answer.status !== 204; });
