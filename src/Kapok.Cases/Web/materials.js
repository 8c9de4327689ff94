// When a file has arrived, it is shown with the others, where it can be removed again.
let timer;
document.addEventListener('kapok:uploaded', event => {
  const input = event.target;
  clearTimeout(timer);
  timer = setTimeout(() => refresh(input), 300);
});
async function refresh(input) {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
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
