// Sends the form as soon as a file is chosen: on a phone the answer is two taps away.
export default function verify(holder) {
  const form = holder.closest('form');
  holder.addEventListener('change', event => {
    if (event.target.name === 'file' && event.target.files.length > 0) form.requestSubmit();
  });
}
