import { useEffect, useRef, useState } from 'preact/hooks';
import type { Words } from './words.ts';

/** Where the customer writes. Enter sends, unless an input method is composing. */
export function Composer(props: { words: Words; takesFocus: boolean; onSend: (text: string) => void; onFile: (file: File) => void }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const { words, takesFocus } = props;
  useEffect(() => {
    if (takesFocus) field.current?.focus();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when it comes up
  }, []);
  const send = (): void => {
    if (!text.trim()) return;
    props.onSend(text.trim());
    setText('');
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <button type="button" class="plain" aria-label={words.attach} onClick={() => file.current?.click()}>＋</button>
      <input
        ref={file}
        type="file"
        hidden
        tabIndex={-1}
        aria-label={words.attach}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) props.onFile(chosen);
          event.currentTarget.value = '';
        }}
      />
      <textarea
        ref={field}
        rows={1}
        maxLength={4000}
        value={text}
        placeholder={words.write}
        aria-label={words.write}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" disabled={!text.trim()}>{words.send}</button>
    </form>
  );
}
