import { useState } from 'preact/hooks';
import type { Wire } from './wire.ts';
import type { Words } from './words.ts';

/** While nobody is there: how the firm can reach the customer, and, before anything was said, the question itself. */
export function OfflineForm(props: { wire: Wire; words: Words; asks: boolean; onSent: () => void }) {
  const { wire, words, asks } = props;
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [question, setQuestion] = useState('');
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const refused = await wire.introduce(name.trim(), email.trim()).catch(() => ({ email: words.offline }));
    setBusy(false);
    setWrong(refused);
    if (Object.keys(refused).length > 0) return;
    if (asks) await wire.send(question.trim());
    props.onSent();
  };
  const field = (id: string, label: string, type: string, value: string, set: (text: string) => void) => (
    <>
      <label htmlFor={`lx-${id}`}>{label}</label>
      <input id={`lx-${id}`} type={type} value={value} maxLength={254} required={id === 'email'} aria-invalid={Boolean(wrong[id])} aria-describedby={wrong[id] ? `lx-${id}-wrong` : undefined} onInput={(event) => set(event.currentTarget.value)} />
      {wrong[id] && <p class="wrong" id={`lx-${id}-wrong`} role="alert">{wrong[id]}</p>}
    </>
  );
  return (
    <form
      class="form"
      aria-label={words.leave}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <p>{asks ? words.away : words.reach}</p>
      {field('name', words.name, 'text', name, setName)}
      {field('email', words.email, 'email', email, setEmail)}
      {asks && (
        <>
          <label htmlFor="lx-question">{words.question}</label>
          <textarea id="lx-question" rows={3} maxLength={4000} value={question} onInput={(event) => setQuestion(event.currentTarget.value)} />
        </>
      )}
      <button type="submit" class="link" disabled={busy || !email.trim() || (asks && !question.trim())}>{words.leave}</button>
    </form>
  );
}
