// Shows and hides fields whose condition depends on an answer of the same page, and keeps computed fields up to date.
// The conditions are those of the server, sent as trees; the server decides again when the page is posted.

/** A day, counted from 1 January of the year 1, as the server counts. */
export class Day {
  constructor(number) { this.number = number; }
  static of(year, month, day) {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    if (!(year >= 1 && year <= 9999) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
    return new Day(Math.round(date.getTime() / 86400000) + 719162);
  }
  static parse(text) {
    const match = typeof text === 'string' && /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
    return match ? Day.of(+match[1], +match[2], +match[3]) : null;
  }
  get parts() {
    const date = new Date((this.number - 719162) * 86400000);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
  toString() {
    const { year, month, day } = this.parts;
    return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  }
}

const isNumber = value => typeof value === 'number';
const isText = value => typeof value === 'string';
const isContext = value => value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Day);
const day = value => value instanceof Day ? value : Day.parse(value);
const items = value => Array.isArray(value) ? value : value === null ? [] : [value];
// Fifteen digits: what a double has more than that is noise (0.1 + 0.2), and the server computes in decimals.
const exact = number => Number.isFinite(number) ? Number(number.toPrecision(15)) : null;

function same(a, b) {
  if (a instanceof Day || b instanceof Day) return day(a) !== null && day(a).number === day(b)?.number;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isContext(a)) return isContext(b) && Object.keys(a).length === Object.keys(b).length && Object.keys(a).every(key => key in b && same(a[key], b[key]));
  return a === b;
}

function compare(a, b) {
  if (isNumber(a) && isNumber(b) || isText(a) && isText(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (!(a instanceof Day || b instanceof Day) || !day(a) || !day(b)) return null;
  return day(a).number - day(b).number;
}

function member(value, name) {
  if (Array.isArray(value)) return value.map(item => member(item, name));
  if (value instanceof Day) return value.parts[name] ?? null;
  return isContext(value) && Object.hasOwn(value, name) ? value[name] ?? null : null;
}

const shift = (date, days) => Number.isInteger(days) && date.number + days >= 0 && date.number + days <= 3652058 ? new Day(date.number + days) : null;
const arithmetic = {
  '+'(a, b) {
    if (isNumber(a) && isNumber(b)) return exact(a + b);
    if (isText(a) && isText(b)) return a + b;
    if (day(a) && isNumber(b)) return shift(day(a), b);
    return day(b) && isNumber(a) ? shift(day(b), a) : null;
  },
  '-'(a, b) {
    if (isNumber(a) && isNumber(b)) return exact(a - b);
    if (!day(a)) return null;
    return day(b) ? day(a).number - day(b).number : isNumber(b) ? shift(day(a), -b) : null;
  },
  '*': (a, b) => isNumber(a) && isNumber(b) ? exact(a * b) : null,
  '/': (a, b) => isNumber(a) && isNumber(b) && b !== 0 ? exact(a / b) : null,
  '**': (a, b) => isNumber(a) && isNumber(b) ? exact(a ** b) : null,
};
const order = { '<': o => o < 0, '<=': o => o <= 0, '>': o => o > 0, '>=': o => o >= 0 };

const many = args => args.length === 1 ? items(args[0]) : args;
function extreme(list, sign) {
  if (list.length === 0) return null;
  let best = list[0];
  for (const item of list) {
    const way = compare(item, best);
    if (way === null) return null;
    if (Math.sign(way) === sign) best = item;
  }
  return best;
}
function rounded(args, how) {
  const scale = args.length === 2 ? args[1] : 0;
  if (!isNumber(args[0]) || !isNumber(scale) || scale < 0 || scale > 28) return null;
  const unit = 10 ** Math.trunc(scale);
  return exact(how(exact(args[0] * unit)) / unit);
}
function years(from, to) {
  const [start, end] = [day(from), day(to)];
  if (!start || !end) return null;
  if (start.number > end.number) return -years(end, start) || 0;
  const [a, b] = [start.parts, end.parts];
  return b.year - a.year - (b.month < a.month || b.month === a.month && b.day < a.day ? 1 : 0);
}
const texts = (a, b, test) => isText(a) && isText(b) ? test(a, b) : null;
const show = value => value === null ? null : isContext(value) || Array.isArray(value) ? JSON.stringify(value, (_, v) => v instanceof Day ? String(v) : v) : String(value);
const functions = {
  not: a => a === true ? false : a === false ? true : null,
  count: (...args) => many(args).length,
  sum: (...args) => many(args).reduce((sum, item) => sum === null || !isNumber(item) ? null : exact(sum + item), 0),
  min: (...args) => extreme(many(args), -1),
  max: (...args) => extreme(many(args), 1),
  empty: a => a === null || isText(a) && a.trim() === '' || Array.isArray(a) && a.length === 0 || isContext(a) && Object.keys(a).length === 0,
  contains: (a, b) => Array.isArray(a) ? a.some(item => same(item, b)) : texts(a, b, (x, y) => x.includes(y)),
  'list contains': (a, b) => a === null ? null : items(a).some(item => same(item, b)),
  'starts with': (a, b) => texts(a, b, (x, y) => x.startsWith(y)),
  'ends with': (a, b) => texts(a, b, (x, y) => x.endsWith(y)),
  'string length': a => isText(a) ? [...a].length : null,
  'upper case': a => isText(a) ? a.toUpperCase() : null,
  'lower case': a => isText(a) ? a.toLowerCase() : null,
  substring(text, start, length = Infinity) {
    if (!isText(text) || !isNumber(start) || start === 0 || !isNumber(length)) return null;
    const runes = [...text];
    const from = Math.trunc(start > 0 ? start - 1 : Math.max(0, runes.length + Math.max(start, -runes.length)));
    return from >= runes.length || length < 1 ? '' : runes.slice(from, from + Math.trunc(length)).join('');
  },
  matches(text, pattern) {
    if (!isText(text) || !isText(pattern)) return null;
    try { return new RegExp(pattern, 'u').test(text); } catch { return new RegExp(pattern).test(text); }
  },
  number: a => isNumber(a) ? a : isText(a) && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(a.trim()) ? Number(a.trim()) : null,
  string: show,
  abs: a => isNumber(a) ? Math.abs(a) : null,
  floor: (...args) => rounded(args, Math.floor),
  ceiling: (...args) => rounded(args, Math.ceil),
  round: (...args) => rounded(args, n => Math.sign(n) * Math.floor(Math.abs(n) + 0.5)),
  date: (...args) => args.length === 1 ? day(args[0]) : args.every(isNumber) ? Day.of(...args.map(Math.trunc)) : null,
  'years between': years,
  'days between': (a, b) => day(a) && day(b) ? day(b).number - day(a).number : null,
};

const isNull = tree => tree[0] === 'v' && tree[1] === null;

/** The value of a tree. The scope has get(name) and today (a Day). */
export function evaluate(tree, scope) {
  const run = part => evaluate(part, scope);
  const [kind, ...parts] = tree;
  switch (kind) {
    case 'v': return parts[0];
    case 'n': return scope.get(parts[0]) ?? null;
    case 'p': return member(run(parts[0]), parts[1]);
    case 'i': {
      const [value, key] = parts.map(run);
      if (isNumber(key)) {
        const list = items(value);
        return !Number.isInteger(key) || key === 0 || Math.abs(key) > list.length ? null : list[key > 0 ? key - 1 : list.length + key];
      }
      return isText(key) ? member(value, key) : null;
    }
    case 'l': return parts.map(run);
    case 'neg': { const value = run(parts[0]); return isNumber(value) ? -value || 0 : null; }
    case 'and': return parts.every(part => run(part) === true);
    case 'or': return parts.some(part => run(part) === true);
    case '=': case '!=': {
      const [a, b] = parts.map(run);
      if (parts.some(isNull)) return (a === null) === (b === null) === (kind === '=');
      return a !== null && (kind === '=' ? same(a, b) : b !== null && !same(a, b));
    }
    case '<': case '<=': case '>': case '>=': {
      const way = compare(...parts.map(run));
      return way !== null && order[kind](way);
    }
    case 'in': {
      const [value, ...tests] = parts.map(run);
      if (value === null && !parts.some(isNull)) return false;
      return tests.some(test => same(test, value) || Array.isArray(test) && test.some(item => same(item, value)));
    }
    case 'between': {
      const [value, low, high] = parts.map(run);
      const [a, b] = [compare(value, low), compare(value, high)];
      return a !== null && b !== null && a >= 0 && b <= 0;
    }
    case 'if': return run(run(parts[0]) === true ? parts[1] : parts[2]);
    case 'some': case 'every': {
      const [variable, domain, condition] = parts;
      const holds = item => evaluate(condition, { today: scope.today, get: name => name === variable ? item : scope.get(name) }) === true;
      return kind === 'some' ? items(run(domain)).some(holds) : items(run(domain)).every(holds);
    }
    case 'f': {
      const [name, ...args] = parts;
      if (name === 'today') return scope.today ?? null;
      const values = args.map(run);
      if (name === 'age') return years(values[0], values.length > 1 ? values[1] : scope.today ?? null);
      return functions[name](...values);
    }
    default: return arithmetic[kind](...parts.map(run));
  }
}

// Typed text as a number: full-width digits and thousands marks are forgiven.
function typedNumber(text, factor) {
  const plain = text.normalize('NFKC').replace(/[, ¥￥元]/g, '');
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? exact(Number(plain) * factor) : text;
}

export default function (source) {
  const form = source.closest('form');
  const data = JSON.parse(source.textContent);
  const named = path => [...form.elements].filter(control => control.name === path && control.type !== 'hidden' && control.type !== 'submit');
  const scopes = new Map();
  const marker = document.createElement('input');
  Object.assign(marker, { type: 'hidden', name: '_script', value: '1' });
  form.append(marker);

  function typed(field, path) {
    const controls = named(path);
    const text = controls.findLast(control => control.value.trim() !== '' && (!/radio|checkbox/.test(control.type) || control.checked))?.value.trim() ?? '';
    switch (field.kind) {
      case 'bool': return controls.some(control => control.checked);
      case 'many': return controls.filter(control => control.checked).map(control => field.values?.[control.value] ?? control.value);
      case 'date': {
        const parts = ['year', 'month', 'day'].map(part => named(`${path}.${part}`)[0]?.value.trim() ?? '');
        return parts.every(part => part === '') ? null : Day.of(...parts.map(Number)) ?? parts.join('-');
      }
      case 'number': return text === '' ? null : typedNumber(text, 1);
      case 'money': return text === '' ? null : typedNumber(text, 100);
      default: return text === '' ? null : field.values?.[text] ?? text;
    }
  }

  function visit(field, path, scope, shown) {
    const visible = shown && (!field.when || evaluate(field.when, scope) === true);
    if (field.when) {
      const box = form.querySelector(`[data-field="${CSS.escape(path)}"]`);
      if (box) box.hidden = !visible;
    }
    let value;
    if (field.computed) {
      value = visible ? evaluate(field.computed, scope) : null;
      const output = form.querySelector(`output[data-computed="${CSS.escape(path)}"]`);
      if (output) output.textContent = value === null ? '' : field.kind === 'money' && isNumber(value) ? `${(value / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} 元` : show(value);
    }
    else if ('fixed' in field) value = field.kind === 'date' ? Day.parse(field.fixed) ?? field.fixed : field.fixed;
    else if (field.kind === 'rows') {
      value = [];
      for (let row = 0; form.querySelector(`[id="${CSS.escape(`${path}[${row}]`)}"]`); row++) value.push(group(field, `${path}[${row}]`, scope, visible));
      if (value.length === 0) value = null;
    }
    else value = field.members ? group(field, path, scope, visible) : typed(field, path);
    return visible ? value ?? null : null;
  }

  function group(field, path, around, shown) {
    const values = Object.create(null);
    const names = new Set(field.members.map(m => m.name));
    const scope = { today: around.today, get: name => names.has(name) ? values[name] ?? null : around.get(name) };
    scopes.set(path, scope);
    for (const m of field.members) {
      const value = visit(m, `${path}.${m.name}`, scope, shown);
      if (value !== null) values[m.name] = value;
    }
    return values;
  }

  // Rules over several fields, told once the person has left the last of them; the server checks all of them again.
  const boxOf = path => (document.getElementById(path) ?? named(path)[0])?.closest('.field, .fieldset');
  const hidden = path => !boxOf(path) || boxOf(path).closest('[hidden]');
  const kinds = new Map();
  (function learn(fields) { for (const field of fields) { kinds.set(field.name, field.kind); if (field.members) learn(field.members); } })(data.fields);
  // What was typed into a number or date and is none has a fault of its own.
  const given = (value, name) => value !== null && !(Array.isArray(value) && value.length === 0) && !(isText(value) && ['number', 'money', 'date'].includes(kinds.get(name)));
  function check(rule, scope, at) {
    const paths = rule.fields.map(path => path.replace('[]', at));
    const key = rule.message + paths[0];
    const told = form.querySelector(`[data-rule="${CSS.escape(key)}"]`);
    const wrong = paths.every(path => !hidden(path)) && rule.names.every(name => given(scope.get(name), name))
      && (!rule.when || evaluate(rule.when, scope) === true) && evaluate(rule.assert, scope) !== true;
    if (!wrong) { if (told) { told.closest('.field, .fieldset').classList.remove('field-wrong'); told.remove(); } return; }
    const box = boxOf(paths[0]);
    if (told || box.querySelector('.field-error') || !touched.has(key) && !paths.concat(rule.names).some(path => left.has(path.split(/[.[]/)[0]))) return;
    touched.add(key);
    const text = Object.assign(document.createElement('p'), { className: 'field-error', textContent: rule.message });
    text.dataset.rule = key;
    text.setAttribute('role', 'status');
    (box.querySelector('.field-hint, .field-label, legend') ?? box.firstElementChild).after(text);
    box.classList.add('field-wrong');
  }
  const touched = new Set(), left = new Set();

  function run() {
    scopes.clear();
    const values = { ...data.outside };
    for (const name of data.days) values[name] = Day.parse(values[name]) ?? values[name];
    const scope = { today: Day.parse(data.today), get: name => Object.hasOwn(values, name) ? values[name] : null };
    for (const field of data.fields) values[field.name] = visit(field, field.name, scope, true);
    for (const rule of data.rules ?? [])
      if (!rule.rows) check(rule, scope, '');
      else for (let row = 0; scopes.has(`${rule.rows}[${row}]`); row++) check(rule, scopes.get(`${rule.rows}[${row}]`), `[${row}]`);
  }
  let waiting;
  const later = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(run); };
  form.addEventListener('input', later);
  form.addEventListener('change', event => {
    left.clear();
    const name = event.target.name ?? '';
    const group = event.target.closest('.date');
    if (!group || [...group.querySelectorAll('input')].every(input => input.value)) left.add(name.split(/[.[]/)[0]);
    later();
  });
  run();
}
