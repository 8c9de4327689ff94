// When a file has arrived, it is shown with the others, where it can be removed again.
let timer, turn = 0;
document.addEventListener('kapok:uploaded', event => {
  const input = event.target;
  clearTimeout(timer);
  timer = setTimeout(() => refresh(input, ++turn), 300);
});
async function refresh(input, mine, failures = 0) {
  const text = await fetch(location.href, { headers: { Accept: 'text/html' } }).then(answer => answer.ok ? answer.text() : null).catch(() => null);
  // An answer overtaken by a later one would hide files that came in between.
  if (mine !== turn) return;
  if (text === null) {
    if (failures < 6) setTimeout(() => { if (mine === turn) refresh(input, mine, failures + 1); }, 1000 * 2 ** failures);
    return;
  }
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  for (const there of document.querySelectorAll('input[type="file"]')) {
    const now = fresh.getElementById(there.id)?.closest('.field');
    const list = now?.querySelector('.files');
    const field = there.closest('.field');
    if (!list) { field.querySelector('.files')?.remove(); continue; }
    field.querySelector('.files')?.remove();
    field.querySelector('.drop').before(list);
    const known = new Set([...list.querySelectorAll('.file-name')].map(name => name.textContent.trim()));
    for (const row of field.querySelectorAll('.uploads .file:not(.is-bad)')) if (known.has(row.querySelector('.file-name').textContent.trim()) && !row.querySelector('progress')) row.remove();
  }
  input.focus({ preventScroll: true });
}
