import { useEffect, useState } from 'preact/hooks';
import type { Choice } from './types.ts';
import type { Wire } from './wire.ts';
import type { Words } from './words.ts';

/** The first thing a customer sees: a greeting, a search, and common questions. */
export function Home(props: { greeting: string; wire: Wire; words: Words; locale: string; onPick: (value: string, label: string) => void }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Choice[]>([]);
  const { wire, words, locale } = props;
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => void wire.suggest(text).then((choices) => current && setFound(choices), () => undefined), text ? 200 : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, wire, locale]);
  return (
    <div class="log home">
      <p>{props.greeting}</p>
      <input type="search" value={text} placeholder={words.search} aria-label={words.search} maxLength={200} onInput={(event) => setText(event.currentTarget.value)} />
      {found.length > 0 && <h2>{words.popular}</h2>}
      <div class="choices">
        {found.map((choice) => (
          <button key={choice.value} type="button" onClick={() => props.onPick(choice.value, choice.label)}>{choice.label}</button>
        ))}
      </div>
    </div>
  );
}
