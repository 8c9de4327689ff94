// Keeps each verdict when it is given and shows what a colleague has found meanwhile.
export default function (form, { token }) {
  const data = form.dataset;
  const cells = () => form.querySelectorAll('[data-verdict]');
  const say = (cell, text, bad) => { const by = cell.querySelector('.verdict-by'); by.textContent = text; by.toggleAttribute('data-bad', !!bad); };
  const colleague = v => data['say' + v.value[0].toUpperCase() + v.value.slice(1)].replace('#', v.by) + (v.reason ? ' – ' + v.reason : '');

  async function keep(cell) {
    const chosen = cell.querySelector('input[type=radio]:checked');
    if (!chosen) return;
    const seen = cell.querySelector('input[type=hidden]');
    const body = new URLSearchParams({ key: cell.dataset.verdict, value: chosen.value, reason: cell.querySelector('.input').value, seen: seen.value });
    const answer = await fetch(data.verdicts, { method: 'POST', body, headers: { Accept: 'application/json', 'X-Kapok-Token': token() } }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (answer?.ok) { seen.value = said.seen ?? ''; say(cell, data.saySaved); }
    else say(cell, said?.title ?? data.sayFailed, true);
  }

  form.addEventListener('change', event => { const cell = event.target.closest('[data-verdict]'); if (cell) keep(cell); });
  document.addEventListener('kapok:verdicts', event => {
    if (!form.isConnected) return;
    for (const verdict of event.detail) {
      const cell = [...cells()].find(c => c.dataset.verdict === verdict.key);
      const seen = cell?.querySelector('input[type=hidden]');
      if (!cell || seen.value === verdict.seen || cell.contains(document.activeElement)) continue;
      const mine = cell.querySelector('input[type=radio]:checked');
      // What was not touched here takes the colleague's verdict; what was shows both.
      if (!mine || mine.value === verdict.value) {
        cell.querySelector(`input[value="${verdict.value}"]`).checked = true;
        cell.querySelector('.input').value = verdict.reason;
        seen.value = verdict.seen;
      }
      say(cell, colleague(verdict), mine && mine.value !== verdict.value);
    }
  });
}
