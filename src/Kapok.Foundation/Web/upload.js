// Files: sent in parts; after a break the server says how far it got. Protocol in docs/design-system.md.
let page;
export default function setUp(input, tools) {
  page = tools;
  input.addEventListener('change', () => take(input, [...input.files]).then(() => input.value = ''));
  const box = input.closest('[data-drop]');
  for (const type of ['dragover', 'dragleave', 'drop']) box.addEventListener(type, event => {
    event.preventDefault();
    box.classList.toggle('is-over', type === 'dragover');
    if (type === 'drop') put(input, event.dataTransfer.files);
  });
  document.addEventListener('paste', event => {
    if (event.clipboardData.files.length && page.$$('input[type="file"]:not(:disabled)').length === 1) put(input, event.clipboardData.files);
  });
}
function put(input, files) {
  const list = new DataTransfer();
  for (const file of input.multiple ? files : [...files].slice(0, 1)) list.items.add(file);
  input.files = list.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
const part = 512 * 1024;
async function shrink(file) {
  if (!/^image\/(jpeg|webp)$/.test(file.type) || file.size < 1.5e6) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, 2600 / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement('canvas'), { width: picture.width * scale, height: picture.height * scale });
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.86));
    return blob && blob.size < file.size ? new File([blob], file.name, { type: blob.type, lastModified: file.lastModified }) : file;
  } catch { return file; }
}
function line(input, name) {
  const row = Object.assign(document.createElement('div'), { className: 'file' });
  const note = Object.assign(document.createElement('span'), { className: 'file-size' });
  const bar = Object.assign(document.createElement('progress'), { max: 100, value: 0 });
  bar.setAttribute('aria-label', name);
  row.append(Object.assign(document.createElement('span'), { className: 'file-name', textContent: name }), note, bar);
  page.$(`[data-uploads-for="${CSS.escape(input.id)}"]`).append(row);
  return {
    at(share) { bar.value = share; note.textContent = Math.floor(share) + ' %'; },
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
  const file = await shrink(chosen);
  if (input.dataset.uploadMax && file.size > +input.dataset.uploadMax) return show.bad(input.dataset.saySize);
  const address = new URL(input.dataset.uploadUrl, location);
  address.searchParams.set('key', `${file.size}-${chosen.lastModified}-${chosen.name}`);
  address.searchParams.set('name', chosen.name);
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
        input.dispatchEvent(new CustomEvent('kapok:uploaded', { bubbles: true, detail: { id, name: chosen.name } }));
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
