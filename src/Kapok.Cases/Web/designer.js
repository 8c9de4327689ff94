// The text of a definition: a fault's line number leads to the line, Tab-free editing stays the browser's own.
export default function (box, { $, $$ }) {
  const area = $('textarea', box);
  for (const link of $$('[data-line]')) link.addEventListener('click', event => {
    event.preventDefault();
    const line = +link.dataset.line;
    const lines = area.value.split('\n');
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    area.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(area).lineHeight));
    area.scrollIntoView({ block: 'center' });
  });
}
