const button = document.querySelector('button');
const said = document.getElementById('said');

button?.addEventListener('click', async () => {
  button.disabled = true;
  said.textContent = '正在发送…';
  const { call, person, code } = button.dataset;
  const readBack = document.getElementById('read-back')?.value;
  try {
    const answer = await fetch('/v1/answers', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ call, person, code, ...(readBack === undefined ? {} : { readBack }) }),
    });
    if (!answer.ok) throw new Error((await answer.json()).title);
    said.textContent = '已送出，正在登记…';
    setTimeout(() => location.reload(), 1500);
  } catch (error) {
    said.textContent = `未送出：${error.message}。请再按一次，或电话报值班室`;
    button.disabled = false;
  }
});
