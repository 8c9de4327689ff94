// Shows only what belongs to the chosen answer; without script everything is there and the server takes what fits.
for (const box of document.querySelectorAll('[data-when]')) {
  const [name, value] = box.dataset.when.split('=');
  const form = box.closest('form');
  const show = () => { box.hidden = new FormData(form).get(name) !== value; };
  form.addEventListener('change', show);
  show();
}
