// Says every twenty seconds that the case is still open here, and shows who else is at it. An office left alone falls
// silent after ten minutes, so that a page that nobody looks at does not keep a session alive.
let timer, touched = Date.now();
for (const kind of ['pointerdown', 'keydown', 'scroll']) addEventListener(kind, () => touched = Date.now(), { passive: true, capture: true });

export default function (bench) {
  clearInterval(timer);
  timer = setInterval(() => {
    if (!bench.isConnected) return clearInterval(timer);
    if (!document.hidden && Date.now() - touched < 600000) look(bench);
  }, 20000);
  bench.addEventListener('click', event => {
    const fill = event.target.closest('[data-fill]');
    const field = fill?.closest('form')?.querySelector('textarea');
    if (!field) return;
    event.preventDefault();
    field.value = field.value.trim() ? field.value.trimEnd() + '\n' + fill.dataset.fill : fill.dataset.fill;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    fill.closest('details').open = false;
    field.focus();
  });
}

async function look(bench) {
  const answer = await fetch(bench.dataset.here, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok) return;
  const { version, others, verdicts } = await answer.json();
  const line = document.querySelector('[data-others]');
  const words = [others.length ? line.dataset.say.replace('#', others.join('、')) : '', version > +bench.dataset.version ? line.dataset.moved : ''].filter(Boolean).join(' · ');
  if (line.textContent.trim() !== words) line.textContent = words;
  document.dispatchEvent(new CustomEvent('kapok:verdicts', { detail: verdicts }));
}
