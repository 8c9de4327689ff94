// Files: sent in parts; after a break the server says how far it got. Protocol in docs/design-system.md.
let page;
export default function setUp(input, tools) {
  page = tools;
  const begin = () => {
    const files = [...input.files];
    // Emptied at the end, but never of what was chosen meanwhile.
    take(input, files).then(() => { if (files.every((file, at) => input.files[at] === file)) input.value = ''; });
  };
  input.addEventListener('change', begin);
  // On a slow line people choose before this script is there.
  if (input.files.length) begin();
  const box = input.closest('[data-drop]');
  for (const type of ['dragover', 'dragleave', 'drop']) box.addEventListener(type, event => {
    event.preventDefault();
    box.classList.toggle('is-over', type === 'dragover');
    if (type === 'drop') put(input, event.dataTransfer.files);
  });
  box.addEventListener('pointerenter', () => over = input);
  box.addEventListener('pointerleave', () => over = null);
}
// A pasted picture goes where the focus or the pointer is, else to the first that still wants one.
let over;
document.addEventListener('paste', event => {
  if (!event.clipboardData.files.length) return;
  const all = page.$$('input[type="file"][data-upload-url]:not(:disabled)');
  const wanting = all.find(input => !input.closest('.field').querySelector('.file'));
  const focused = document.activeElement?.closest?.('[data-drop]')?.querySelector('input[type="file"]');
  const input = focused ?? over ?? wanting ?? all[0];
  if (input) put(input, event.clipboardData.files);
});
function put(input, files) {
  const list = new DataTransfer();
  for (const file of input.multiple ? files : [...files].slice(0, 1)) list.items.add(file);
  input.files = list.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
const part = 512 * 1024;
const size = bytes => bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
// Which way up a camera held it: EXIF orientation of a JPEG, 1 when it says nothing.
export function orientation(bytes) {
  const view = new DataView(bytes);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 1;
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) continue;
    const start = at + 10, little = view.getUint16(start) === 0x4949;
    const directory = start + view.getUint32(start + 4, little);
    for (let entry = 0; directory + 2 + entry * 12 + 12 <= view.byteLength && entry < view.getUint16(directory, little); entry++) {
      const place = directory + 2 + entry * 12;
      if (view.getUint16(place, little) === 0x0112) return view.getUint16(place + 8, little);
    }
  }
  return 1;
}
// Pictures are turned upright and made small enough to read; what is no picture, or would not get better, stays as it is.
async function shrink(file, input) {
  if (!file.type.startsWith('image/') || file.type === 'image/gif' || file.type === 'image/svg+xml') return file;
  const endings = input.accept.toLowerCase().split(',');
  const ending = '.' + file.name.split('.').pop().toLowerCase();
  const jpeg = file.type === 'image/jpeg', foreign = !endings.includes(ending);
  if (!jpeg && !endings.includes('.jpg')) return file;
  try {
    const turned = jpeg && orientation(await file.slice(0, 131072).arrayBuffer()) > 1;
    if (!turned && !foreign && file.size < 1.5e6) return file;
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    let blob;
    for (const [longest, quality] of [[2600, .86], [2000, .8], [1600, .72]]) {
      const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement('canvas'), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', quality));
      if (!blob || blob.size <= (+input.dataset.uploadMax || Infinity)) break;
    }
    if (!blob || !turned && !foreign && blob.size >= file.size) return file;
    return new File([blob], jpeg ? file.name : file.name.replace(/\.[^.]*$/, '') + '.jpg', { type: blob.type, lastModified: file.lastModified });
  } catch { return file; }
}
function line(input, name) {
  const row = Object.assign(document.createElement('div'), { className: 'file' });
  const note = Object.assign(document.createElement('span'), { className: 'file-size' });
  const bar = Object.assign(document.createElement('progress'), { max: 100, value: 0 });
  bar.setAttribute('aria-label', name);
  let sizes = '';
  row.append(Object.assign(document.createElement('span'), { className: 'file-name', textContent: name }), note, bar);
  page.$(`[data-uploads-for="${CSS.escape(input.id)}"]`).append(row);
  return {
    at(share) { bar.value = share; note.textContent = `${sizes} · ${Math.floor(share)} %`; },
    sized(before, after) { sizes = after < before ? `${size(before)} → ${size(after)}` : size(before); },
    lost() { note.textContent = input.dataset.sayLost; },
    bad(text) { row.classList.add('is-bad'); bar.remove(); note.textContent = text; },
    good(id) {
      bar.remove();
      note.textContent = input.dataset.sayDone;
      if (id) row.append(Object.assign(document.createElement('input'), { type: 'hidden', name: input.name + '.id', value: id }));
    },
  };
}
const reached = answer => { const match = /(\d+)$/.exec(answer.headers.get('Range') ?? ''); return match ? +match[1] + 1 : 0; };
async function upload(input, chosen) {
  const show = line(input, chosen.name);
  const file = await shrink(chosen, input);
  show.sized(chosen.size, file.size);
  if (input.dataset.uploadMax && file.size > +input.dataset.uploadMax) return show.bad(input.dataset.saySize);
  const address = new URL(input.dataset.uploadUrl, location);
  address.searchParams.set('key', `${file.size}-${chosen.lastModified}-${chosen.name}`);
  address.searchParams.set('name', file.name);
  const call = (method, headers, body) => fetch(address, { method, body, headers: { 'X-Kapok-Token': page.token(), ...headers } });
  let from = 0, failures = 0, unsure = true;
  show.at(0);
  for (;;) {
    try {
      if (unsure) {
        const answer = await call('HEAD');
        from = answer.ok ? reached(answer) : 0;
        unsure = false;
      }
      const end = Math.min(file.size, from + part);
      const answer = await call('PATCH', { 'Content-Type': 'application/octet-stream', 'Content-Range': `bytes ${from}-${Math.max(from, end - 1)}/${file.size}` }, file.slice(from, end));
      if (answer.status === 202) {
        from = reached(answer);
        show.at(from / file.size * 100);
      } else if (answer.ok) {
        const { id } = await answer.json().catch(() => ({}));
        input.dispatchEvent(new CustomEvent('kapok:uploaded', { bubbles: true, detail: { id, name: file.name } }));
        return show.good(id);
      } else if (answer.status < 500 && answer.status !== 409 && answer.status !== 429) {
        return show.bad(await answer.text().then(text => text.length < 200 && !text.includes('<') ? text : '') || input.dataset.sayFail);
      } else throw answer.status;
      failures = 0;
    } catch {
      if (++failures > 7) return show.bad(input.dataset.sayFail);
      show.lost();
      unsure = true;
      await page.wait(Math.min(30, 2 ** (failures - 1)) * 1000);
    }
  }
}
async function take(input, files) {
  for (const file of files) await upload(input, file);
}
