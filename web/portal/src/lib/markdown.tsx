import { parseMarkdown, type Inline } from '@lingxi/ui';
import type { ReactNode } from 'react';
import { hostOf } from './host.ts';

/** A link with the host that it leads to beside its words, which may say anything, and may not turn the host around. */
export function Linked(props: { url: string; children: ReactNode }): ReactNode {
  return (
    <>
      <a href={props.url} target="_blank" rel="noopener noreferrer nofollow"><bdi>{props.children}</bdi></a>{' '}
      <small className="host"><bdi>({hostOf(props.url)})</bdi></small>
    </>
  );
}

function line(parts: Inline[]): ReactNode[] {
  return parts.map((part, index) => {
    if (part.kind === 'bold') return <strong key={index}>{part.text}</strong>;
    if (part.kind === 'link') {
      return (
        <Linked key={index} url={part.url}>{part.text}</Linked>
      );
    }
    return part.text;
  });
}

/** The small Markdown of answers. */
export function Markdown(props: { text: string }): ReactNode {
  return parseMarkdown(props.text).map((block, index) => {
    if (block.kind === 'paragraph') {
      return (
        <p key={index}>
          {block.lines.map((parts, row) => (
            <span key={row}>
              {row > 0 && <br />}
              {line(parts)}
            </span>
          ))}
        </p>
      );
    }
    const items = block.items.map((parts, row) => <li key={row}>{line(parts)}</li>);
    return block.ordered ? <ol key={index}>{items}</ol> : <ul key={index}>{items}</ul>;
  });
}
