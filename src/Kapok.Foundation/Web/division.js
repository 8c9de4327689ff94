// Finding a division by its name instead of level by level. The levels stay, and without script only they are there.
export default function setUp(box, { wait }) {
  const make = (name, properties) => box.appendChild(Object.assign(document.createElement(name), properties));
  const { sayLabel, sayExample, sayLevels, findId } = box.dataset;
  make('label', { htmlFor: findId, textContent: sayLabel });
  const field = make('input', { type: 'search', id: findId, className: 'input w-long', autocomplete: 'off', placeholder: sayExample });
  const note = make('p', { className: 'field-hint', role: 'status' });
  const list = make('ul', {});
  make('p', { textContent: sayLevels });
  let turn = 0, first = null, shown = '';
  async function look() {
    const mine = ++turn, words = field.value.trim();
    if (words.length < 2) { list.replaceChildren(); note.textContent = shown = ''; first = null; return; }
    await wait(250);
    if (mine !== turn) return;
    const address = new URL(box.dataset.findUrl, location);
    address.searchParams.set('find', words);
    const answer = await fetch(address).then(a => a.ok ? a.json() : null).catch(() => null);
    if (mine !== turn || !answer) return;
    note.textContent = answer.items.length ? box.dataset.sayFound.replace('#', answer.items.length) : box.dataset.sayNone;
    first = answer.items[0]?.code;
    // The same answer again leaves the buttons alone: a press may be under way.
    const codes = answer.items.map(item => item.code).join();
    if (codes === shown) return;
    shown = codes;
    list.replaceChildren(...answer.items.map(({ code, fullName }) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'find-choice', textContent: fullName });
      button.translate = false;
      button.addEventListener('click', () => choose(code));
      const row = document.createElement('li');
      row.append(button);
      return row;
    }));
  }
  async function choose(code) {
    const address = new URL(box.dataset.loadUrl, location);
    address.searchParams.append(box.dataset.name, code);
    const picker = document.getElementById(box.dataset.picker), form = picker.closest('form');
    await htmx.ajax('GET', address.pathname + address.search, { target: picker, swap: 'outerHTML' });
    // What keeps drafts hears of it; the eye and the keyboard go on at the last level.
    form?.dispatchEvent(new Event('input', { bubbles: true }));
    [...document.querySelectorAll(`#${CSS.escape(box.dataset.picker)} select`)].at(-1)?.focus();
  }
  field.addEventListener('input', look);
  // The picker around asks for its next level at every change: words typed here are none.
  field.addEventListener('change', event => event.stopPropagation());
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    if (first) choose(first);
  });
}
