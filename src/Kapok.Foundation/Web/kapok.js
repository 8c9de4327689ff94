// What a page gains with script. Every page works without it; nothing here is needed to finish a journey.
const root = document.documentElement;
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const on = (type, act, options) => document.addEventListener(type, act, options);
const token = () => $('meta[name="kapok-token"]')?.content ?? '';
const wait = ms => new Promise(done => setTimeout(done, ms));
root.classList.add('script');

let toastTimer;
function toast(text) {
  const box = $('#toast');
  if (!box || !text) return;
  box.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.textContent = '', 5000);
}

// Questions before what cannot be undone.
function ask(text) {
  const box = $('#ask');
  $('#ask-text').textContent = text;
  box.returnValue = 'no';
  box.showModal();
  return new Promise(done => box.addEventListener('close', () => done(box.returnValue === 'yes'), { once: true }));
}
let sure = false;
on('submit', async event => {
  const { target: form, submitter } = event;
  const question = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !sure) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!await ask(question)) return;
    sure = true;
    form.requestSubmit(submitter);
    sure = false;
    return;
  }
  // A second press while the first is on its way must not send twice.
  if (form.method === 'post' && !form.matches('[hx-post]')) {
    if (form.dataset.sending && Date.now() - form.dataset.sending < 5000) event.preventDefault();
    form.dataset.sending = Date.now();
  }
  drafts.get(form)?.stop();
}, true);
addEventListener('pageshow', () => $$('[data-sending]').forEach(form => delete form.dataset.sending));

// Drafts: sent two seconds after the last change, again and again until they arrive.
const drafts = new Map();
function keep(form) {
  const state = $('[data-autosave-state]', form);
  let timer, dirty = false, busy = false, failures = 0;
  const say = (name, bad) => { state.textContent = state.dataset['say' + name]; state.classList.toggle('is-bad', !!bad); state.dataset.state = name.toLowerCase(); };
  const later = ms => { clearTimeout(timer); timer = setTimeout(send, ms); };
  async function send() {
    if (busy || !dirty) return;
    busy = true; dirty = false;
    say('Saving');
    try {
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body: textOf(form), headers: { 'X-Kapok-Token': token() }, keepalive: true });
      if (!answer.ok) throw answer.status;
      failures = 0;
      watch(+(answer.headers.get('X-Session-Ends') ?? 0));
      say('Saved');
    } catch {
      dirty = true;
      say('Failed', true);
      later(Math.min(60, 5 * 2 ** failures++) * 1000);
    }
    busy = false;
    if (dirty && !failures) later(2000);
  }
  form.addEventListener('input', () => { dirty = true; later(2000); });
  addEventListener('online', send);
  on('visibilitychange', () => { if (document.visibilityState === 'hidden') send(); });
  drafts.set(form, { stop() { clearTimeout(timer); dirty = false; }, flush() { clearTimeout(timer); send(); } });
}
function textOf(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (typeof value !== 'string') data.delete(name);
  return data;
}
function guard(form) {
  let changed = false;
  form.addEventListener('input', () => changed = true);
  form.addEventListener('submit', () => changed = false);
  addEventListener('beforeunload', event => { if (changed) event.preventDefault(); });
}

// Lists by keyboard. One key alone can be switched off in the table of keys (WCAG 2.1.4).
const silent = () => localStorage.getItem('kapok-keys') === 'off';
const rows = () => $$('[data-list] [data-row]');
const here = () => $('[data-list] .is-at');
function go(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(here());
  const row = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))];
  here()?.classList.remove('is-at');
  row.classList.add('is-at');
  ($('a', row) ?? $('input', row))?.focus();
  row.scrollIntoView({ block: 'nearest' });
}
const keys = {
  '/': () => $('[data-search]') ? $('[data-search]').select() : false,
  '?': () => $('#keys') ? $('#keys').showModal() : false,
  j: () => go(1),
  k: () => go(-1),
  x: () => here() ? $('.cell-select input', here())?.click() : false,
};
on('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || silent()) return;
  if (event.target.closest?.('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog[open]')) return;
  const button = event.key.length === 1 && $(`[data-key="${CSS.escape(event.key)}"]`);
  const act = keys[event.key] ?? (button ? () => { button.focus(); button.click(); } : null);
  if (act && act() !== false) event.preventDefault();
});

// Ticked rows.
function count() {
  for (const bar of $$('[data-selection-count]')) {
    const ticked = $$('.cell-select [name]:checked', bar.closest('form') ?? document).length;
    bar.textContent = bar.dataset.say.replace('#', ticked);
  }
}
on('change', event => {
  if (event.target.matches('[data-select-all]')) $$('.cell-select [name]', event.target.closest('table')).forEach(box => box.checked = event.target.checked);
  if (event.target.closest('.cell-select')) count();
  if (event.target.matches('[data-keys-switch]')) localStorage.setItem('kapok-keys', event.target.checked ? 'on' : 'off');
});

on('input', event => {
  const note = $(`[data-count-for="${CSS.escape(event.target.id ?? '')}"]`);
  if (!note || !event.target.id) return;
  const left = event.target.maxLength - event.target.value.length;
  note.textContent = note.dataset.say.replace('#', left);
  note.classList.toggle('is-near', left <= event.target.maxLength / 10);
});

on('click', async event => {
  const hit = selector => event.target.closest?.(selector);
  let found;
  if (found = hit('[data-copy]')) {
    await navigator.clipboard.writeText(found.dataset.copy);
    toast(found.dataset.sayDone);
  } else if (found = hit('[data-date-open]')) {
    pick(document.getElementById(found.dataset.dateOpen), found);
  } else if (hit('[data-print]')) {
    print();
  } else if (found = hit('[data-read-aloud]')) {
    read(found);
  } else if (found = hit('.error-summary a')) {
    const field = document.getElementById(decodeURIComponent(found.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    field.closest('.field')?.scrollIntoView({ block: 'start' });
    field.focus({ preventScroll: true });
  } else if (found = hit('[data-session-keep]')) {
    const answer = await fetch(found.dataset.sessionKeep, { method: 'POST', headers: { 'X-Kapok-Token': token() } }).catch(() => null);
    if (!answer?.ok) return toast($('#toast').dataset.failed);
    $('#session').close();
    watch(+(answer.headers.get('X-Session-Ends') ?? 0));
  }
});

function pick(year, button) {
  const parts = [year, document.getElementById(year.id + '-month'), document.getElementById(year.id + '-day')];
  const calendar = Object.assign(document.createElement('input'), { type: 'date', className: 'sr-only', tabIndex: -1 });
  if (parts.every(part => part.value)) calendar.value = parts.map((part, at) => part.value.padStart(at ? 2 : 4, '0')).join('-');
  calendar.addEventListener('change', () => {
    calendar.value.split('-').forEach((number, at) => parts[at].value = +number || '');
    year.dispatchEvent(new Event('input', { bubbles: true }));
  });
  calendar.addEventListener('blur', () => calendar.remove());
  button.after(calendar);
  calendar.showPicker();
}

function read(button) {
  const words = $('span', button);
  const swap = () => [words.textContent, button.dataset.sayStop] = [button.dataset.sayStop, words.textContent];
  if (speechSynthesis.speaking) return speechSynthesis.cancel();
  const speech = Object.assign(new SpeechSynthesisUtterance($('main').innerText), { lang: root.lang === 'en' ? 'en' : 'zh-CN', rate: 0.9 });
  speech.onend = speech.onerror = swap;
  swap();
  speechSynthesis.speak(speech);
}

// The end of the session, two minutes before.
let session;
function watch(ends) {
  const box = $('#session');
  if (!ends && session) return;
  clearInterval(session);
  // A page just made cannot have ended: then the clock of this machine is wrong, and nothing is announced.
  if (!box || !ends || ends <= Date.now()) return;
  const note = $('[data-say]', box);
  session = setInterval(() => {
    const left = Math.round((ends - Date.now()) / 1000);
    if (left > 120) return;
    if (!box.open) { for (const draft of drafts.values()) draft.flush(); box.showModal(); }
    if (left % 10 === 0 || left < 10) note.textContent = note.dataset.say.replace('#', Math.max(0, left));
    if (left <= 0) { clearInterval(session); for (const form of drafts.keys()) drafts.get(form).stop(); location.reload(); }
  }, 1000);
}

// htmx: the token with every request, our own question, a word when it fails.
on('htmx:config:request', event => event.detail.ctx.request.headers['X-Kapok-Token'] = token());
on('htmx:confirm', async event => {
  event.preventDefault();
  const { ctx, issueRequest, dropRequest } = event.detail;
  await ask(ctx.confirm) ? issueRequest() : dropRequest?.();
});
on('htmx:error', () => toast($('#toast')?.dataset[navigator.onLine ? 'failed' : 'offline']));
on('htmx:after:swap', () => ready());

// One set for each selector: an element may be a form that keeps drafts and load a module too.
const seen = {};
function once(selector, act) {
  const before = seen[selector] ??= new WeakSet();
  for (const element of $$(selector)) if (!before.has(element)) { before.add(element); act(element); }
}
function ready() {
  once('[data-copy], [data-date-open], [data-select-all], [data-print]', element => element.hidden = false);
  if ('speechSynthesis' in window) once('[data-read-aloud]', element => element.hidden = false);
  once('form[data-autosave]', keep);
  once('form[data-leave]', guard);
  once('[data-module]', element => import(element.dataset.module).then(module => module.default?.(element, { $, $$, ask, toast, token, wait })));
  once('[data-keys-switch]', box => box.checked = !silent());
  once('[data-focus]', element => element.focus());
  count();
}
ready();
watch(+document.body.dataset.sessionEnds);
