import { useState } from 'preact/hooks';
import type { Words } from './words.ts';

/** One to five stars and a word, once a conversation is over. */
export function Rating(props: { rated: number | null; words: Words; onRate: (rating: number, comment: string) => void }) {
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState('');
  const { words } = props;
  if (props.rated) return <div class="rate" role="status">{'★'.repeat(props.rated)} {words.thanks}</div>;
  return (
    <div class="rate">
      <h2>{words.rate}</h2>
      <div class="stars" role="group" aria-label={words.rate}>
        {[1, 2, 3, 4, 5].map((value) => (
          <button key={value} type="button" aria-pressed={stars === value} aria-label={`${value} ${words.stars}`} onClick={() => setStars(value)}>
            {value <= stars ? '★' : '☆'}
          </button>
        ))}
      </div>
      {stars > 0 && (
        <>
          <textarea rows={2} maxLength={1000} value={comment} placeholder={words.comment} aria-label={words.comment} onInput={(event) => setComment(event.currentTarget.value)} />
          <button type="button" class="link" onClick={() => props.onRate(stars, comment)}>{words.submit}</button>
        </>
      )}
    </div>
  );
}
