import { parseMarkdown, type Inline } from '@lingxi/ui';
import type { Card, Message, Outgoing } from './types.ts';
import type { Words } from './words.ts';

function line(parts: Inline[]) {
  return parts.map((part, index) => {
    if (part.kind === 'bold') return <strong key={index}>{part.text}</strong>;
    if (part.kind === 'link') return <a key={index} href={part.url} target="_blank" rel="noopener noreferrer nofollow">{part.text}</a>;
    return part.text;
  });
}

function Markdown(props: { text: string }) {
  return (
    <>
      {parseMarkdown(props.text).map((block, index) => {
        if (block.kind === 'paragraph') return <p key={index}>{block.lines.map((parts, row) => <>{row > 0 && <br />}{line(parts)}</>)}</p>;
        const items = block.items.map((parts, row) => <li key={row}>{line(parts)}</li>);
        return block.ordered ? <ol key={index}>{items}</ol> : <ul key={index}>{items}</ul>;
      })}
    </>
  );
}

function CardView(props: { card: Card }) {
  const { card } = props;
  return (
    <div class="card">
      {card.imageUrl && <img src={card.imageUrl} alt="" referrerPolicy="no-referrer" />}
      <strong>{card.title}</strong>
      {card.links.map((link) => (
        <a key={link.url} href={link.url} target="_blank" rel="noopener noreferrer nofollow">{link.label}</a>
      ))}
    </div>
  );
}

/** One message; suggestions can be clicked while it is the newest. */
export function MessageView(props: {
  message: Message;
  words: Words;
  read: boolean;
  fileUrl: (id: string) => string;
  onPick: ((value: string, label: string) => void) | undefined;
}) {
  const { message, words, onPick } = props;
  const who = message.author === 'contact' ? words.you : words[message.author];
  const file = message.attachment;
  return (
    <>
      <div class={`msg ${message.author} ${message.kind}`} aria-label={message.kind === 'event' ? undefined : who} role={message.kind === 'event' ? undefined : 'group'}>
        {message.author === 'contact' ? message.text : <Markdown text={message.text} />}
        {message.card && <CardView card={message.card} />}
        {file && (
          <a href={props.fileUrl(file.id)} target="_blank" rel="noopener noreferrer nofollow">
            {file.mediaType.startsWith('image/') ? <img src={props.fileUrl(file.id)} alt={file.name} /> : file.name}
          </a>
        )}
      </div>
      {props.read && <div class="note">{words.read}</div>}
      {onPick && message.choices.length > 0 && (
        <div class="choices">
          {message.choices.map((choice) => (
            <button key={choice.value} type="button" onClick={() => onPick(choice.value, choice.label)}>{choice.label}</button>
          ))}
        </div>
      )}
    </>
  );
}

/** A message that the server has not confirmed yet. */
export function Waiting(props: { message: Outgoing; words: Words }) {
  return (
    <>
      <div class="msg contact" role="group" aria-label={props.words.you}>{props.message.text}</div>
      <div class="note">{props.words.sending}</div>
    </>
  );
}
